// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/telegram/api_client.hpp"
#include "channels/telegram/api_update.hpp"
#include "channels/telegram/sending.hpp"
#include "chat/spool.hpp"
#include "net/http_types.hpp"

#include <atomic>
#include <mutex>
#include <string>

namespace dmid::channels::telegram
{
/// How updates come in.
struct ReceivingOptions
{
    std::string webhook_url;             ///< empty: long poll
    unsigned webhook_connections = 1;    ///< more than one gives up the order of messages
    std::uint64_t max_file = 20'000'000; ///< bytes of one file; what api.telegram.org gives out
    net::Millis poll{25'000};            ///< how long one getUpdates waits
    net::Millis backoff{1'000};          ///< first pause after a failure; doubles up to 64 of them
};

/// The way in. on_request() and stop() may come from any thread, run() is one at a time.
class Receiving
{
public:
    Receiving(const ApiClient& client, Sending& sending, const chat::FileSpool& spool,
              keys::SecretText webhook_secret, ReceivingOptions options)
        : client_{client}
        , sending_{sending}
        , spool_{spool}
        , webhook_secret_{std::move(webhook_secret)}
        , options_{std::move(options)}
    {
    }

    /// Registers or removes the webhook, then polls, or waits while on_request() serves; until stop().
    net::Task<> run(channel::Inbox& inbox);
    /// One request of the platform. 200 when the update is done with, 503 when it must come again.
    std::size_t max_request() const;
    net::Task<net::HttpResponse> on_request(net::HttpRequest request);
    void stop() noexcept { stopping_ = true; }
    /// Why nothing comes in at present, in words; empty where all is well. Thread-safe.
    std::string trouble() const;

private:
    class Serving;
    /// A call that stop() cuts short; channel.unreachable then.
    net::Task<Result<ApiAnswer>> ask(ApiCall call, net::Millis limit);
    net::Task<> poll(channel::Inbox& inbox);
    /// Hands in one after the other, up to the first that must wait; false then.
    net::Task<bool> hand_in_all(channel::Inbox& inbox, std::vector<Update> updates,
                                std::optional<std::int64_t>& offset);
    /// Whether it is done with.
    net::Task<bool> hand_in(channel::Inbox& inbox, Update update);
    /// Puts the files into the line, or says why not; false where the disk is the reason.
    net::Task<bool> fetch_files(Update& update);
    net::Task<Result<channel::File>> fetch_file(Attachment attachment);
    net::Task<Result<>> fetch_bytes(std::string file_id, chat::SpooledFile& into);
    /// False when stop() came.
    net::Task<bool> pause(net::Millis duration) const;
    net::Task<> register_webhook();
    void set_trouble(std::string words);

    const ApiClient& client_;
    Sending& sending_;
    const chat::FileSpool& spool_;
    keys::SecretText webhook_secret_;
    ReceivingOptions options_;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::string trouble_;
    channel::Inbox* inbox_ = nullptr; ///< while run() waits for the webhook
    unsigned serving_ = 0;            ///< requests of the webhook under way
};
} // namespace dmid::channels::telegram
