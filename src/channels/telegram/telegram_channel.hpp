// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "net/dialer.hpp"
#include "net/http_types.hpp"

#include <memory>
#include <string>

namespace dmid::channels::telegram
{
/// One bot, which speaks for all numbers of the node. Secrets by file.
struct TelegramOptions
{
    std::string token_file; ///< what BotFather gave
    /// Of another server for a self-hosted telegram-bot-api; it may have a path.
    std::string api_url = "https://api.telegram.org";
    /// http is otherwise for loopback addresses alone: token and texts go in the clear.
    bool allow_plain = false;
    std::string ca_file;      ///< empty: the system's authorities
    std::string spool_folder; ///< for files on their way in
    std::uint64_t spool_bytes = 256'000'000;
    /// Of one file on its way in. api.telegram.org gives out 20 MB, a self-hosted server more.
    std::uint64_t max_file_in = 20'000'000;
    /// Where Telegram reaches on_request(), https; empty: long poll.
    std::string webhook_url;
    std::string webhook_secret_file;  ///< with webhook_url: 1 to 256 letters, digits, _ and -
    unsigned webhook_connections = 1; ///< at once, to 100; more than one gives up the order of messages
    /// Between two messages in a chat, and of all (core.telegram.org/bots/faq).
    net::Millis pace_in_chat{1'000};
    net::Millis pace_in_all{34};
    net::Millis poll{25'000};   ///< how long one getUpdates waits; whole seconds
    net::Millis backoff{1'000}; ///< first pause after a failure; doubles up to 64 of them
};

/// Telegram through the Bot API. send() and on_request() may be called on any executors at once, run() once
/// at a time; destroyed after all of them have ended.
class TelegramChannel final : public channel::Channel
{
public:
    struct Parts;
    explicit TelegramChannel(std::unique_ptr<Parts> parts);
    ~TelegramChannel() override;

    std::string_view name() const override { return "telegram"; }
    channel::Traits traits() const override;
    Result<std::string> parse_address(std::string_view text) const override;
    std::optional<std::string> address_of(const model::Party& party) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
    net::Task<void> run(channel::Inbox& inbox) override;
    void stop() override;

    /// Of one update: two rich messages (what is said and what it answers) of 32,768 characters in JSON's
    /// escapes; 0 where no webhook is set.
    std::size_t max_request() const override;
    /// 404 without the right secret (compared in constant time), 400 and 413 for what is no update, 503 while
    /// nobody runs or the inbox says later, 200 when the update is done with.
    net::Task<net::HttpResponse> on_request(net::HttpRequest request) override;
    std::string trouble() const override;

private:
    std::unique_ptr<Parts> parts_;
};

/// Reads the files at once: config.unreadable, config.value, net.url, net.tls, store.io. `clock` outlives it.
Result<std::unique_ptr<TelegramChannel>>
make_telegram_channel(const TelegramOptions& options, const Clock& clock, net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::telegram
