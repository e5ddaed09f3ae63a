// SPDX-License-Identifier: Apache-2.0
// For tests only: a signal-cli daemon on TCP that answers as told, many connections at once.
#pragma once

#include "channels/signal/signal_channel.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::signal::test
{
inline const std::string kAnn = "7ccae375-cd51-4c82-8b1e-7be3280aa485";
inline const std::string kNode = "+4930999999";

/// One call as it came.
struct SeenCall
{
    boost::json::value json;
    std::string method;
    std::string id;
    codec::JsonItem params() const { return codec::JsonItem(json, "call").field("params").value(); }
    std::string text(std::string_view key) const
    {
        const auto member = params().optional(key);
        return member ? member->text(64U << 20U).value_or("") : "";
    }
    std::uint64_t number(std::string_view key) const
    {
        const auto member = params().optional(key);
        return member ? member->uint().value_or(0) : 0;
    }
};

inline std::string result_line(const SeenCall& call, const std::string& result)
{
    return R"({"jsonrpc":"2.0","result":)" + result + R"(,"id":")" + call.id + "\"}\n";
}
inline std::string error_line(const SeenCall& call, int code, const std::string& words,
                              const std::string& data = "null")
{
    return R"({"jsonrpc":"2.0","error":{"code":)" + std::to_string(code) + R"(,"message":")" + words +
           R"(","data":)" + data + R"(},"id":")" + call.id + "\"}\n";
}
inline std::string sent_line(const SeenCall& call, std::uint64_t timestamp)
{
    return result_line(call, R"({"timestamp":)" + std::to_string(timestamp) +
                                 R"(,"results":[{"recipientAddress":{"uuid":")" + kAnn +
                                 R"("},"type":"SUCCESS"}]})");
}
inline std::string failed_line(const SeenCall& call, const std::string& type)
{
    return error_line(call, -1, "Failed to send message",
                      R"({"response":{"timestamp":5,"results":[{"type":")" + type + R"("}]}})");
}

class DaemonPeer
{
public:
    /// Gives the bytes that are written; none: hangs up.
    using Handler = std::function<std::string(const SeenCall&)>;
    explicit DaemonPeer(Handler handler)
        : handler_{std::move(handler)}
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&where), size) != 0 ||
            ::listen(listener_, 64) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
            std::abort();
        port_ = ntohs(where.sin_port);
        acceptor_ = std::thread{[this] { accept_all(); }};
    }
    ~DaemonPeer()
    {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        {
            const std::lock_guard lock{mutex_};
            for (const auto& [fd, subscribed] : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (auto& thread : threads_)
            thread.join();
    }
    std::string place() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
    unsigned connections() const
    {
        const std::lock_guard lock{mutex_};
        return static_cast<unsigned>(threads_.size());
    }
    std::vector<SeenCall> calls(std::string_view method) const
    {
        const std::lock_guard lock{mutex_};
        std::vector<SeenCall> out;
        for (const auto& call : seen_)
            if (call.method == method)
                out.push_back(call);
        return out;
    }
    /// Writes to whoever subscribed; false where nobody did.
    bool push(const std::string& bytes)
    {
        const std::lock_guard lock{mutex_};
        bool pushed = false;
        for (const auto& [fd, subscribed] : open_)
            if (subscribed)
                pushed = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                         static_cast<ssize_t>(bytes.size());
        return pushed;
    }
    /// A notification for subscription 0.
    bool bring(const std::string& rest, const std::string& account = kNode)
    {
        return push(
            R"({"jsonrpc":"2.0","method":"receive","params":{"subscription":0,"result":{"account":")" +
            account + R"(",)" + rest + "}}}\n");
    }
    /// Cuts the connections that are subscribed.
    void cut()
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [fd, subscribed] : open_)
            if (subscribed)
                ::shutdown(fd, SHUT_RDWR);
    }
    bool subscribed() const
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [fd, yes] : open_)
            if (yes)
                return true;
        return false;
    }

private:
    void accept_all()
    {
        for (;;)
        {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0)
                return;
            const std::lock_guard lock{mutex_};
            open_[fd] = false;
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }
    void serve(int fd)
    {
        std::string ahead;
        for (bool going = true; going;)
        {
            const auto end = ahead.find('\n');
            if (end == std::string::npos)
            {
                std::array<char, 65536> some{};
                const auto got = ::recv(fd, some.data(), some.size(), 0);
                going = got > 0;
                ahead.append(some.data(), going ? static_cast<std::size_t>(got) : 0);
                continue;
            }
            going = answer(fd, ahead.substr(0, end));
            ahead.erase(0, end + 1);
        }
        const std::lock_guard lock{mutex_};
        open_.erase(fd);
        ::close(fd);
    }
    bool answer(int fd, const std::string& line)
    {
        codec::JsonLimits limits;
        limits.max_bytes = 64U << 20U;
        auto json = codec::parse_json(line, limits);
        if (!json)
            return false;
        SeenCall call{std::move(*json), {}, {}};
        const codec::JsonItem item{call.json, "call"};
        call.method = item.field("method")->text().value();
        call.id = item.field("id")->text().value();
        {
            const std::lock_guard lock{mutex_};
            seen_.push_back(call);
        }
        const auto said = handler_(call);
        const std::lock_guard lock{mutex_};
        if (call.method == "subscribeReceive" && said.find("\"result\"") != std::string::npos)
            open_[fd] = true;
        return !said.empty() && ::send(fd, said.data(), said.size(), MSG_NOSIGNAL) > 0;
    }

    Handler handler_;
    mutable std::mutex mutex_;
    std::map<int, bool> open_; ///< sockets, and whether they subscribed
    std::vector<SeenCall> seen_;
    std::vector<std::thread> threads_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread acceptor_;
};

/// What a good daemon of one account says to what is asked of it.
inline std::string good_answer(const SeenCall& call)
{
    static std::atomic<std::uint64_t> clock{1'700'000'000'000};
    if (call.method == "version")
        return result_line(call, R"({"version":"0.13.18"})");
    if (call.method == "listAccounts")
        return error_line(call, -32601, "Method not implemented");
    if (call.method == "subscribeReceive")
        return result_line(call, "0");
    if (call.method == "listIdentities")
        return result_line(call, "[]");
    if (call.method == "send" || call.method == "sendReaction" || call.method == "remoteDelete")
        return sent_line(call, ++clock);
    return result_line(call, "{}");
}

/// A channel before a daemon, quick in all.
class Wired
{
public:
    explicit Wired(const std::string& place, const std::function<void(SignalOptions&)>& change = {})
    {
        SignalOptions options;
        options.daemon = place;
        options.account = kNode;
        options.spool_folder = directory_.file("spool");
        options.backoff = net::Millis{20};
        options.look_every = net::Millis{50};
        if (change)
            change(options);
        channel_ = make_signal_channel(options, clock_).value();
    }
    SignalChannel& channel() { return *channel_; }

    static channel::Outgoing message(const std::string& text)
    {
        channel::Outgoing out;
        out.to_owner = false;
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
    std::unique_ptr<SignalChannel> channel_;
};
} // namespace dmid::channels::signal::test
