// SPDX-License-Identifier: Apache-2.0
// For tests only.
#pragma once

#include "net/testing_peer.hpp"

#include <poll.h>

#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace dmid::conformance
{
/// What becomes of the bytes of each connection that begins from now on.
struct Interference
{
    enum class What : std::uint8_t
    {
        none,
        cut_answers,  ///< the connection ends behind `after` bytes of the service
        cut_requests, ///< it ends behind `after` bytes of the channel
        flood,        ///< behind `after` bytes of the service: `beginning`, then `filler` again and again
    };
    What what = What::none;
    std::size_t after = 0;
    std::string beginning{};
    std::string filler = "x";
};

/// How much of a flood is there: 1 GB.
inline constexpr std::size_t kFlood = std::size_t{1} << 30U;

/// Stands between a channel and the service on loopback that it means to dial.
class Interposed
{
public:
    explicit Interposed(std::uint16_t service)
        : service_{service}
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
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
    ~Interposed()
    {
        stopped_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (auto& thread : threads_)
            thread.join();
        ::close(listener_);
    }
    Interposed(const Interposed&) = delete;
    Interposed& operator=(const Interposed&) = delete;

    std::uint16_t port() const { return port_; }
    /// Ends all connections, and does this to those that follow.
    void meddle(Interference how)
    {
        {
            const std::lock_guard lock{mutex_};
            how_ = std::move(how);
            ++generation_;
        }
        for (int i = 0; i < 500 && open_ > 0; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    unsigned connections() const { return connections_; }
    /// The bytes of the newest connection that went through: from the service by the pieces in which they
    /// came, and from the channel.
    std::vector<std::size_t> answers() const
    {
        const std::lock_guard lock{mutex_};
        return answers_;
    }
    std::size_t requests() const
    {
        const std::lock_guard lock{mutex_};
        return requests_;
    }
    /// The most bytes of a flood that a connection took.
    std::size_t taken() const { return taken_; }

private:
    struct Two
    {
        int channel;
        int service;
        unsigned generation;
        Interference how;
        std::size_t answered = 0;
        std::size_t asked = 0;
        std::vector<std::size_t> pieces{};
    };

    void accept_all()
    {
        for (;;)
        {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                return;
            ++connections_;
            ++open_;
            const std::lock_guard lock{mutex_};
            threads_.emplace_back(
                [this, two = Two{fd, net::testing::connect_raw(service_), generation_, how_}]() mutable
                {
                    pass(two);
                    ::close(two.channel);
                    ::close(two.service);
                    --open_;
                });
        }
    }
    void pass(Two& two)
    {
        std::array<pollfd, 2> both{pollfd{two.channel, POLLIN, 0}, pollfd{two.service, POLLIN, 0}};
        for (bool going = true; going && !stopped_ && two.generation == generation_;)
        {
            if (::poll(both.data(), both.size(), 20) <= 0)
                continue;
            if (both[0].revents != 0)
                going = ask(two);
            if (going && both[1].revents != 0)
                going = answer(two);
        }
    }
    bool ask(Two& two)
    {
        std::array<char, 16384> some{};
        const auto got = ::recv(two.channel, some.data(), some.size(), 0);
        if (got <= 0)
            return false;
        auto size = static_cast<std::size_t>(got);
        const bool cuts =
            two.how.what == Interference::What::cut_requests && two.asked + size >= two.how.after;
        if (cuts)
            size = two.how.after - two.asked;
        two.asked += size;
        note(two);
        return put(two.service, {some.data(), size}) && !cuts;
    }
    bool answer(Two& two)
    {
        std::array<char, 16384> some{};
        const auto got = ::recv(two.service, some.data(), some.size(), 0);
        if (got <= 0)
            return false;
        auto size = static_cast<std::size_t>(got);
        const bool meddles =
            (two.how.what == Interference::What::cut_answers && two.answered + size >= two.how.after) ||
            (two.how.what == Interference::What::flood && two.answered + size > two.how.after);
        if (meddles)
            size = two.how.after - two.answered;
        two.answered += size;
        two.pieces.push_back(two.answered);
        note(two);
        if (!put(two.channel, {some.data(), size}))
            return false;
        if (meddles && two.how.what == Interference::What::flood)
            flood(two);
        return !meddles;
    }
    void flood(const Two& two)
    {
        std::string much;
        while (much.size() < 65536)
            much += two.how.filler;
        std::size_t sent = 0;
        if (!put(two.channel, two.how.beginning))
            return;
        while (sent < kFlood && !stopped_ && two.generation == generation_ && put(two.channel, much))
        {
            sent += much.size();
            taken_ = std::max(taken_.load(), sent);
        }
    }
    /// False when the other side is gone. Waits in small slices, so that an end is seen.
    bool put(int fd, std::string_view bytes)
    {
        while (!bytes.empty() && !stopped_)
        {
            const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0)
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            else if (errno != EAGAIN)
                return false;
            else if (pollfd one{fd, POLLOUT, 0};
                     ::poll(&one, 1, 20) > 0 && (one.revents & (POLLHUP | POLLERR)) != 0)
                return false;
        }
        return bytes.empty();
    }
    /// Before the bytes go on: whoever gets them may ask at once.
    void note(const Two& two)
    {
        if (two.how.what != Interference::What::none)
            return;
        const std::lock_guard lock{mutex_};
        answers_ = two.pieces;
        requests_ = two.asked;
    }

    std::uint16_t service_;
    std::uint16_t port_ = 0;
    int listener_ = -1;
    std::atomic<bool> stopped_{false};
    std::atomic<unsigned> connections_{0};
    std::atomic<unsigned> open_{0};
    std::atomic<unsigned> generation_{0};
    std::atomic<std::size_t> taken_{0};
    mutable std::mutex mutex_;
    Interference how_;
    std::vector<std::size_t> answers_;
    std::size_t requests_ = 0;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};
} // namespace dmid::conformance
