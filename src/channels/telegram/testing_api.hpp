// SPDX-License-Identifier: Apache-2.0
// For tests only: an API server on loopback that answers as told, one request for each connection.
#pragma once

#include "channels/telegram/telegram_channel.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::telegram::test
{
inline constexpr auto kToken = "123456:AAF-the_Secret_of-this_bot";

struct Seen
{
    std::string method; ///< `sendMessage`, or the path of a file
    std::string head;
    std::string body;
    codec::JsonItem json() const { return {*parsed, "request"}; }
    std::string text(std::string_view key) const
    {
        const auto member = parsed ? json().optional(key) : std::nullopt;
        return member ? member->text().value_or("") : "";
    }
    std::int64_t number(std::string_view key) const
    {
        const auto member = parsed ? json().optional(key) : std::nullopt;
        return member ? member->integer().value_or(0) : 0;
    }
    std::optional<boost::json::value> parsed; ///< of a JSON body
};

inline std::string http(unsigned status, const std::string& body)
{
    return "HTTP/1.1 " + std::to_string(status) +
           " Words\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}
inline std::string api_ok(const std::string& result)
{
    return http(200, R"({"ok":true,"result":)" + result + "}");
}
inline std::string api_error(unsigned code, const std::string& description, const std::string& more = {})
{
    return http(code, R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" +
                          description + "\"" + more + "}");
}
inline std::string api_message(int id)
{
    return api_ok(R"({"message_id":)" + std::to_string(id) +
                  R"(,"date":1,"chat":{"id":42,"type":"private"},"text":"x"})");
}

class ApiPeer
{
public:
    /// Gives the bytes of the answer; none: hangs up.
    using Handler = std::function<std::string(const Seen&)>;
    explicit ApiPeer(Handler handler)
        : handler_{std::move(handler)}
        , peer_{[this](const net::testing::RawSocket& socket) { serve(socket); }}
    {
    }
    std::string url() const { return "http://" + peer_.authority(); }
    std::vector<Seen> seen() const
    {
        const std::lock_guard lock{mutex_};
        return seen_;
    }
    /// The requests for one method.
    std::vector<Seen> calls(std::string_view method) const
    {
        std::vector<Seen> out;
        for (auto& one : seen())
            if (one.method == method)
                out.push_back(std::move(one));
        return out;
    }

private:
    void serve(const net::testing::RawSocket& socket)
    {
        Seen seen;
        seen.head = socket.read_until("\r\n\r\n");
        if (!seen.head.ends_with("\r\n\r\n"))
            return;
        const bool form = seen.head.find("multipart/form-data") != std::string::npos;
        const auto at = seen.head.find("Content-Length: ");
        const auto size = at == std::string::npos ? 0 : std::stoul(seen.head.substr(at + 16));
        while (seen.body.size() < size)
        {
            const auto more = socket.read_until(form ? "\n" : "}");
            if (more.empty())
                return;
            seen.body += more;
        }
        const auto path = seen.head.substr(0, seen.head.find(" HTTP/"));
        seen.method = path.substr(path.find(kToken) + std::string_view{kToken}.size() + 1);
        if (!form && !seen.body.empty())
            if (auto parsed = codec::parse_json(seen.body))
                seen.parsed = std::move(*parsed);
        {
            const std::lock_guard lock{mutex_};
            seen_.push_back(seen);
        }
        socket.send(handler_(seen));
    }

    Handler handler_;
    mutable std::mutex mutex_;
    std::vector<Seen> seen_;
    net::testing::ScriptedPeer peer_; // last: it serves at once
};

/// A channel before a server, paced quickly.
class Bot
{
public:
    explicit Bot(const std::string& url, const std::function<void(TelegramOptions&)>& change = {})
    {
        (void)keys::replace_private_file(directory_.file("token"), std::string{kToken} + '\n');
        (void)keys::replace_private_file(directory_.file("secret"), "hook-Secret_1\n");
        TelegramOptions options;
        options.token_file = directory_.file("token");
        options.api_url = url;
        options.spool_folder = directory_.file("spool");
        options.webhook_secret_file = directory_.file("secret");
        options.pace_in_chat = net::Millis{1};
        options.pace_in_all = net::Millis{1};
        options.poll = net::Millis{1'000};
        options.backoff = net::Millis{10};
        if (change)
            change(options);
        channel_ = make_telegram_channel(options, clock_).value();
    }
    TelegramChannel& channel() { return *channel_; }

    static channel::Outgoing message(const std::string& text)
    {
        channel::Outgoing out;
        out.number = "8312 3456 7890 1210";
        out.sender = "8345 0000 0000 0015 (dmid)";
        out.text = text;
        return out;
    }
    channel::Leg leg(std::int64_t patience_ms = 5'000) const
    {
        channel::Leg out;
        out.id.bytes.fill(7);
        out.address = "42";
        out.deadline = clock_.now_ms() + patience_ms;
        return out;
    }
    channel::Attempt send(channel::Outgoing message, std::int64_t patience_ms = 5'000)
    {
        return send(leg(patience_ms), std::move(message));
    }
    channel::Attempt send(channel::Leg leg, channel::Outgoing message)
    {
        return net::run_blocking(sending(*channel_, std::move(leg), std::move(message))).value();
    }

private:
    static net::Task<Result<channel::Attempt>> sending(channel::Channel& channel, channel::Leg leg,
                                                       channel::Outgoing message)
    {
        co_return co_await channel.send(std::move(leg), std::move(message));
    }
    net::testing::TemporaryDirectory directory_;
    SystemClock clock_;
    std::unique_ptr<TelegramChannel> channel_;
};
} // namespace dmid::channels::telegram::test
