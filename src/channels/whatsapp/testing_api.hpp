// SPDX-License-Identifier: Apache-2.0
// For tests only: a Graph API on loopback that answers as told, one request for each connection.
#pragma once

#include "channels/whatsapp/whatsapp_channel.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::whatsapp::test
{
inline constexpr auto kToken = "EAAG-the_Secret.of-this_business";
inline constexpr auto kAppSecret = "0123456789abcdef0123456789abcdef";
inline constexpr auto kVerifyToken = "verify-Me_1";
inline constexpr auto kNumberId = "106540352242922";
inline constexpr auto kAnn = "+491701234567";

struct Seen
{
    std::string method; ///< `POST`
    std::string path;   ///< behind the version: `106540352242922/messages`
    std::string head;
    std::string body;
    std::optional<boost::json::value> parsed; ///< of a JSON body
    codec::JsonItem json() const { return {*parsed, "request"}; }
    /// `text.body` by its way down; empty where there is none.
    std::string at(std::initializer_list<std::string_view> keys) const
    {
        if (!parsed)
            return {};
        auto item = std::optional{json()};
        for (const auto key : keys)
            if (item)
                item = item->optional(key);
        return item ? item->text().value_or("") : "";
    }
    std::string text() const { return at({"text", "body"}); }
};

inline std::string http(unsigned status, const std::string& body)
{
    return "HTTP/1.1 " + std::to_string(status) +
           " Words\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}
inline std::string api_error(unsigned status, int code, const std::string& message,
                             const std::string& details = {})
{
    return http(status, R"({"error":{"message":")" + message + R"(","type":"OAuthException","code":)" +
                            std::to_string(code) +
                            R"(,"error_data":{"messaging_product":"whatsapp","details":")" + details +
                            R"("},"fbtrace_id":"Az8or2yhqkZfEZ-_4Qn_Bam"}})");
}
inline std::string api_message(const std::string& id, const std::string& wa_id = "491701234567")
{
    return http(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"491701234567","wa_id":")" +
                         wa_id + R"("}],"messages":[{"id":"wamid.)" + id + R"("}]})");
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
    /// The requests for messages.
    std::vector<Seen> messages() const
    {
        std::vector<Seen> out;
        for (auto& one : seen())
            if (one.path.ends_with("/messages"))
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
        seen.method = seen.head.substr(0, seen.head.find(' '));
        const auto target =
            seen.head.substr(seen.method.size() + 1, seen.head.find(" HTTP/") - seen.method.size() - 1);
        seen.path = target.starts_with("/v24.0/") ? target.substr(7) : target;
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

/// Somebody's words, as Meta's webhook brings them.
inline std::string hook_of(const std::string& value)
{
    return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":)"
           R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
           R"("phone_number_id":"106540352242922"},)" +
           value + R"(},"field":"messages"}]}]})";
}
inline std::string contacts_of_ann()
{
    return R"("contacts":[{"profile":{"name":"Ann\nB"},"wa_id":"491701234567"}])";
}
inline std::string said_by_ann(const std::string& id, const std::string& content, UnixTime at)
{
    return hook_of(contacts_of_ann() + R"(,"messages":[{"from":"491701234567","id":"wamid.)" + id +
                   R"(","timestamp":")" + std::to_string(at) + R"(",)" + content + "}]");
}
inline std::string text_content(const std::string& text)
{
    return R"("type":"text","text":{"body":")" + text + R"("})";
}

/// A channel before a server, paced quickly. Its folder outlives the channel: begin_anew() starts another one
/// on the same.
class Business
{
public:
    using Change = std::function<void(WhatsAppOptions&)>;
    explicit Business(const std::string& url, const Change& change = {})
        : change_{change}
        , url_{url}
    {
        (void)keys::replace_private_file(directory_.file("token"), std::string{kToken} + '\n');
        (void)keys::replace_private_file(directory_.file("app"), std::string{kAppSecret} + '\n');
        (void)keys::replace_private_file(directory_.file("verify"), std::string{kVerifyToken} + '\n');
        begin_anew();
    }
    void begin_anew()
    {
        WhatsAppOptions options;
        options.phone_number_id = kNumberId;
        options.token_file = directory_.file("token");
        options.app_secret_file = directory_.file("app");
        options.verify_token_file = directory_.file("verify");
        options.api_url = url_;
        options.state_folder = directory_.file("state");
        options.spool_folder = directory_.file("spool");
        options.pace.for_one = net::Millis{1};
        options.pace.in_all = net::Millis{1};
        options.backoff = net::Millis{10};
        options.report_pause = net::Millis{10};
        if (change_)
            change_(options);
        channel_.reset();
        channel_ = make_whatsapp_channel(options, clock, std::move(dialer)).value();
    }
    WhatsAppChannel& channel() { return *channel_; }
    std::string file(const std::string& name) const { return directory_.file(name); }

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
        out.address = kAnn;
        out.report_token = "abcdefghijklmnopqrstuvwx23";
        out.deadline = clock.now_ms() + patience_ms;
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

    SystemClock clock;
    net::Dialer dialer;

private:
    static net::Task<Result<channel::Attempt>> sending(channel::Channel& channel, channel::Leg leg,
                                                       channel::Outgoing message)
    {
        co_return co_await channel.send(std::move(leg), std::move(message));
    }
    net::testing::TemporaryDirectory directory_;
    Change change_;
    std::string url_;
    std::unique_ptr<WhatsAppChannel> channel_;
};
} // namespace dmid::channels::whatsapp::test
