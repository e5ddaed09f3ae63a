// SPDX-License-Identifier: Apache-2.0
// For tests only: a program's HTTP server that behaves as told, and a channel before it.
#pragma once

#include "channels/webhook/webhook_channel.hpp"
#include "chat/testing_inbox.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace dmid::channels::webhook::test
{
inline constexpr const char* kNodeSecret = "the node's own secret, of no less than 32 characters";
inline constexpr const char* kToken = "ci-token-of-forty-characters-0123456789ab";
inline constexpr const char* kSecret =
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"; // of the specification's tests

/// One request that came.
struct HookRequest
{
    std::string head;
    std::string body;
    std::string header(const std::string& name) const
    {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos)
            return {};
        const auto from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
    boost::json::value json() const { return codec::parse_json(body, {1U << 23U, 32}).value(); }
    std::string text() const { return std::string{json().at("data").at("text").as_string()}; }
};

class HookPeer
{
public:
    /// What is said in return, whole; empty: the connection is cut.
    using Reply = std::function<std::string(const net::testing::RawSocket&, const HookRequest&)>;
    explicit HookPeer(Reply reply)
        : reply_{std::move(reply)}
        , peer_{[this](const net::testing::RawSocket& socket) { serve(socket); }}
    {
    }
    std::string authority() const { return peer_.authority(); }
    std::string url() const { return "http://" + peer_.authority() + "/hook"; }
    std::vector<HookRequest> seen() const
    {
        const std::lock_guard lock{mutex_};
        return seen_;
    }

private:
    void serve(const net::testing::RawSocket& socket)
    {
        HookRequest seen;
        seen.head = socket.read_until("\r\n\r\n");
        if (!seen.head.ends_with("\r\n\r\n"))
            return;
        const auto length = seen.header("Content-Length");
        while (!length.empty() && seen.body.size() < std::stoul(length))
        {
            const auto more = socket.read_until("}}");
            if (more.empty())
                return;
            seen.body += more;
        }
        {
            const std::lock_guard lock{mutex_};
            seen_.push_back(seen);
        }
        (void)socket.send(reply_(socket, seen));
    }
    Reply reply_;
    mutable std::mutex mutex_;
    std::vector<HookRequest> seen_;
    net::testing::ScriptedPeer peer_;
};

inline std::string status_line(const std::string& status, const std::string& fields = {})
{
    return "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n" + fields + "\r\nok";
}

/// A channel with one program, `ci`, in a folder of its own. `authority` may be dialled in the clear.
class Hooked
{
public:
    explicit Hooked(const std::string& authority, const std::string& program_url = {})
    {
        write("node", kNodeSecret);
        write("token", kToken);
        write("secret", kSecret);
        options.secret_file = folder_.file("node");
        options.programs = {
            {"ci", folder_.file("token"), folder_.file("secret"), program_url, {"builds", "team-*"}}};
        const std::vector<std::string> allowed{authority};
        channel_ =
            make_webhook_channel(options, clock, net::Dialer{net::AllowList::from(allowed).value()}).value();
    }
    void write(const std::string& name, const std::string& text) const
    {
        (void)keys::replace_private_file(folder_.file(name), text + "\n");
    }
    std::string file(const std::string& name) const { return folder_.file(name); }
    WebhookChannel& channel() { return *channel_; }

    channel::Attempt send(const std::string& address, channel::Outgoing message, std::int64_t within = 5000)
    {
        channel::Leg leg;
        leg.id.bytes.fill(7);
        leg.address = address;
        leg.deadline = clock.now_ms() + within;
        return net::run_blocking(sending(*channel_, std::move(leg), std::move(message))).value();
    }
    net::HttpResponse request(const std::string& body, net::Headers headers)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.headers = std::move(headers);
        request.body = body;
        return net::run_blocking(asking(*channel_, std::move(request))).value();
    }
    net::HttpResponse with_token(const std::string& body, const std::string& token = kToken)
    {
        net::Headers headers;
        headers.set("Authorization", "Bearer " + token);
        return request(body, std::move(headers));
    }
    net::HttpResponse with_key(const std::string& body, const SigningKey& key, const std::string& id = "m1",
                               std::int64_t late = 0)
    {
        net::Headers headers;
        const auto at = clock.now() - late;
        headers.set("webhook-id", id);
        headers.set("webhook-timestamp", std::to_string(at));
        headers.set("webhook-signature", key.sign(id, at, body));
        return request(body, std::move(headers));
    }
    static SigningKey program_key() { return SigningKey::parse(kSecret).value(); }
    static SigningKey url_key(const std::string& url)
    {
        return SigningKey::of_url(node_secret_of(kNodeSecret), url);
    }

    SystemClock clock;
    WebhookOptions options;

private:
    static net::Task<Result<channel::Attempt>> sending(WebhookChannel& channel, channel::Leg leg,
                                                       channel::Outgoing message)
    {
        co_return co_await channel.send(std::move(leg), std::move(message));
    }
    static net::Task<Result<net::HttpResponse>> asking(WebhookChannel& channel, net::HttpRequest request)
    {
        co_return co_await channel.on_request(std::move(request));
    }
    net::testing::TemporaryDirectory folder_;
    std::unique_ptr<WebhookChannel> channel_;
};

inline channel::Outgoing message_of(const std::string& text)
{
    channel::Outgoing message;
    message.number = "8312 3456 7890 1210";
    message.sender = "8345 0000 0000 0015";
    message.proofs = {"the key of the number"};
    message.text = text;
    return message;
}

using chat::test::eventually;
using chat::test::HearingInbox;

/// run() on a thread of its own, until this goes. Begins once requests are let in.
class Running : public chat::test::Running
{
public:
    Running(Hooked& hooked, channel::Inbox& inbox)
        : chat::test::Running{hooked.channel(), inbox}
    {
        // A report waits for somebody who runs.
        (void)eventually(
            [&] { return hooked.with_token(R"({"type":"message.read","of":"none"})").status != 503; });
    }
};
} // namespace dmid::channels::webhook::test
