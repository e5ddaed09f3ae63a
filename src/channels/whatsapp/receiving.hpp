// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/inbox.hpp"
#include "channels/whatsapp/api_client.hpp"
#include "channels/whatsapp/done_ids.hpp"
#include "channels/whatsapp/health.hpp"
#include "channels/whatsapp/hook.hpp"
#include "channels/whatsapp/memory.hpp"
#include "channels/whatsapp/sending.hpp"
#include "channels/whatsapp/sent_ids.hpp"
#include "chat/spool.hpp"
#include "net/http_types.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace dmid::channels::whatsapp
{
/// How Meta reaches the node.
struct ReceivingOptions
{
    std::string number_id;
    std::uint64_t max_file = 25'000'000; ///< bytes of one file
    net::Millis backoff{1'000};          ///< first pause after a failure; doubles up to 64 of them
    net::Millis report_pause{400};       ///< before a report is tried again; doubles
};

/// The way in. on_request() and stop() may come from any thread, run() is one at a time.
class Receiving
{
public:
    Receiving(const ApiClient& client, Sending& sending, Memory& memory, SentIds& sent, Health& health,
              const chat::FileSpool& spool, const Clock& clock, keys::SecretText app_secret,
              keys::SecretText verify_token, ReceivingOptions options);

    /// Looks whether the API knows the token, and keeps the memory written down, until stop().
    net::Task<> run(channel::Inbox& inbox);
    /// One request of Meta's. 200 when all in it is done with, 503 when it must come again.
    net::Task<net::HttpResponse> on_request(net::HttpRequest request);
    void stop() noexcept { stopping_ = true; }

private:
    class Serving;
    net::Task<net::HttpResponse> on_post(net::HttpRequest request);
    /// Whether everything in it is done with.
    net::Task<bool> serve(channel::Inbox& inbox, Hook hook);
    net::Task<bool> serve_message(channel::Inbox& inbox, Message message);
    net::Task<bool> hand_in(channel::Inbox& inbox, Message message);
    net::Task<bool> tell_of_new_hands(channel::Inbox& inbox, std::string account, std::string what);
    net::Task<bool> serve_moved(channel::Inbox& inbox, Moved moved);

    // Reports (reporting.cpp).
    net::Task<bool> serve_statuses(channel::Inbox& inbox, std::vector<Status> statuses);
    std::optional<channel::Report> report_of(const Status& status);

    // Files (fetching.cpp).
    /// Puts them into the line, or says why not; false where the disk is the reason.
    net::Task<bool> fetch_files(Message& message);
    net::Task<Result<channel::File>> fetch_file(Attachment attachment);
    net::Task<Result<>> fetch_bytes(std::string media_id, chat::SpooledFile& into);

    net::Task<> check_token();
    net::Task<> keep_memory();
    /// False when stop() came.
    net::Task<bool> pause(net::Millis duration) const;
    void note_hook(const Hook& hook);

    const ApiClient& client_;
    Sending& sending_;
    Memory& memory_;
    SentIds& sent_;
    Health& health_;
    const chat::FileSpool& spool_;
    const Clock& clock_;
    keys::SecretText app_secret_;
    keys::SecretText verify_token_;
    ReceivingOptions options_;
    DoneIds done_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> called_{false}; ///< a request of Meta's came
    std::mutex mutex_;
    channel::Inbox* inbox_ = nullptr; ///< while run() runs
    unsigned serving_ = 0;            ///< requests under way
};
} // namespace dmid::channels::whatsapp
