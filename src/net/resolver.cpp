// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.hpp"
#include "net/on_completion.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <netdb.h>

#include <atomic>
#include <memory>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;

namespace
{
using Addresses = std::vector<asio::ip::address>;
using Answer = std::function<void(Result<Addresses>)>;

/// Never destroyed: a lookup that hangs must not hold up the end of the process.
asio::thread_pool& lookup_threads()
{
    static auto* pool = new asio::thread_pool{4};
    return *pool;
}

Result<Addresses> look_up(const std::string& host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); status != 0)
        return fail(Errc::net_unreachable, host + ": " + ::gai_strerror(status));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
    Addresses out;
    for (const auto* entry = found; entry != nullptr; entry = entry->ai_next)
    {
        if (entry->ai_family == AF_INET)
        {
            const auto* in = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
            out.emplace_back(asio::ip::address_v4{ntohl(in->sin_addr.s_addr)});
        }
        else if (entry->ai_family == AF_INET6)
        {
            const auto* in = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
            asio::ip::address_v6::bytes_type bytes;
            std::copy(std::begin(in->sin6_addr.s6_addr), std::end(in->sin6_addr.s6_addr), bytes.begin());
            out.emplace_back(asio::ip::address_v6{bytes, in->sin6_scope_id});
        }
    }
    return out;
}

/// The lookup and its deadline race; the first of them answers.
struct Race
{
    void finish(Result<Addresses> result)
    {
        if (!finished.exchange(true))
            answer(std::move(result));
    }
    std::atomic<bool> finished{false};
    Answer answer;
};

Task<Result<Addresses>> resolve(std::string host, Deadline deadline)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, deadline};
    auto race = std::make_shared<Race>();
    auto start = [race, host, &timer](Answer done)
    {
        race->answer = std::move(done);
        timer.async_wait(
            [race](const boost::system::error_code& error)
            {
                if (!error)
                    race->finish(fail(Errc::net_timeout, "looking up the name"));
            });
        asio::post(lookup_threads(), [race, host] { race->finish(look_up(host)); });
    };
    co_return co_await on_completion<Result<Addresses>>(std::move(start));
}
} // namespace

Resolver system_resolver()
{
    return [](std::string host, Deadline deadline) { return resolve(std::move(host), deadline); };
}
} // namespace dmid::net
