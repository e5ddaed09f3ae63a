// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.hpp"

#include "net/stream_impl.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;
using asio::ip::address;
using boost::system::error_code;

namespace
{
using Endpoint = asio::generic::stream_protocol::endpoint;

Task<Result<Stream>> connect_to(Endpoint endpoint, Deadline deadline)
{
    const Executor executor = co_await asio::this_coro::executor;
    auto impl = std::make_shared<Stream::Impl>(executor);
    impl->set_deadline(deadline);
    error_code error;
    impl->socket.open(endpoint.protocol(), error);
    if (!error)
        co_await impl->socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    if (impl->timed_out)
        co_return fail(Errc::net_timeout, "connecting");
    if (error)
        co_return fail(Errc::net_unreachable, error.message());
    impl->learn_peer();
    co_return Stream{std::move(impl)};
}

/// The addresses in turn; each gets its share of what time is left.
Task<Result<Stream>> connect_to_any(std::vector<address> addresses, std::uint16_t port, Deadline deadline)
{
    Error last{Errc::net_unreachable, {}};
    for (std::size_t i = 0; i < addresses.size(); ++i)
    {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline)
            co_return fail(Errc::net_timeout, "connecting");
        const auto share = (deadline - now) / static_cast<long>(addresses.size() - i);
        const Endpoint endpoint{asio::ip::tcp::endpoint{addresses[i], port}};
        auto stream = co_await connect_to(endpoint, now + share);
        if (stream)
        {
            stream->expires_at(deadline);
            co_return stream;
        }
        last = std::move(stream).error();
    }
    co_return tl::unexpected<Error>(std::move(last));
}
} // namespace

Dialer::Dialer(AllowList allowed, Resolver resolver)
    : allowed_{std::move(allowed)}
    , resolver_{std::move(resolver)}
{
}

Task<Result<Stream>> Dialer::connect(Url url, Guard guard, Deadline deadline) const
{
    std::vector<address> addresses;
    error_code is_name;
    const auto literal = asio::ip::make_address(url.host, is_name);
    if (is_name)
    {
        DMID_CO_TRY(addresses, co_await resolver_(url.host, deadline));
    }
    else
    {
        addresses.push_back(literal);
    }
    DMID_CO_TRY(check_addresses(url, addresses, guard, allowed_));
    co_return co_await connect_to_any(std::move(addresses), url.port, deadline);
}

Task<Result<Stream>> Dialer::dial(Url url, Guard guard, Deadline deadline, TlsContextPtr tls) const
{
    DMID_CO_TRY(check_scheme(url, guard, allowed_));
    if (url.encrypted() && !tls)
    {
        DMID_CO_TRY(tls, make_tls_client());
    }
    DMID_CO_TRY(auto stream, co_await connect(url, guard, deadline));
    if (url.encrypted())
    {
        DMID_CO_TRY(co_await stream.start_tls_client(std::move(tls), url.host));
    }
    co_return stream;
}

Task<Result<Stream>> Dialer::dial_host(std::string host, std::uint16_t port, Guard guard,
                                       Deadline deadline) const
{
    const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
    const auto text = (bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    DMID_CO_TRY(auto url, parse_authority(text));
    co_return co_await connect(std::move(url), guard, deadline);
}

Task<Result<Stream>> Dialer::dial_unix(std::string path, Deadline deadline)
{
    constexpr std::size_t kMaxPath = 107; // sun_path without its NUL
    if (path.empty() || path.size() > kMaxPath)
        co_return fail(Errc::net_unreachable, "a socket's path has 1 to 107 bytes");
    const Endpoint endpoint{asio::local::stream_protocol::endpoint{path}};
    co_return co_await connect_to(endpoint, deadline);
}

bool Dialer::allows_plain(const std::string& host, std::uint16_t port) const
{
    const auto url = parse_authority(host + ":" + std::to_string(port));
    return url && allowed_.contains(*url);
}
} // namespace dmid::net
