// SPDX-License-Identifier: Apache-2.0
#include "net/stream_impl.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <sys/socket.h>

#include <cstring>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;
namespace
{
/// For what is said after a gentle deadline.
constexpr Millis kLastWord{1000};
} // namespace

Stream::Impl::Impl(Socket connected)
    : socket{std::move(connected)}
    , timer_{socket.get_executor()}
{
    learn_peer();
}

Stream::Impl::Impl(Executor executor)
    : socket{executor}
    , timer_{executor}
{
}

void Stream::Impl::set_deadline(Deadline when, bool gently)
{
    deadline_ = when;
    gently_ = gently;
    if (when < armed_)
        arm();
}

void Stream::Impl::arm()
{
    armed_ = deadline_;
    timer_.expires_at(deadline_);
    timer_.async_wait(
        [weak = weak_from_this()](const boost::system::error_code& error)
        {
            const auto self = weak.lock();
            if (error || !self)
                return;
            self->armed_ = Deadline::max();
            if (std::chrono::steady_clock::now() >= self->deadline_)
                self->pass();
            else if (self->deadline_ != Deadline::max())
                self->arm();
        });
}

void Stream::Impl::pass()
{
    timed_out = true;
    if (!std::exchange(gently_, false))
        return close();
    // A cancelled TLS read may already be on its way to its next step: it must not run on without an end.
    set_deadline(deadline_in(kLastWord));
    boost::system::error_code ignored;
    socket.cancel(ignored);
}

void Stream::Impl::close() noexcept
{
    boost::system::error_code ignored;
    socket.close(ignored);
}

Error Stream::Impl::error_of(const boost::system::error_code& error) const
{
    if (timed_out)
        return {Errc::net_timeout, {}};
    if (error.category() == asio::error::get_ssl_category())
        return {Errc::net_tls, error.message()};
    if (error == asio::ssl::error::stream_truncated)
        return {Errc::net_closed, "TLS stream truncated"};
    return {Errc::net_closed, error.message()};
}

void Stream::Impl::learn_peer()
{
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error)
        return;
    if (remote.protocol().family() == AF_UNIX)
    {
        ucred who{};
        socklen_t size = sizeof who;
        if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
            peer.uid = who.uid;
        return;
    }
    asio::ip::tcp::endpoint endpoint;
    if (remote.size() > endpoint.capacity())
        return;
    endpoint.resize(remote.size());
    std::memcpy(endpoint.data(), remote.data(), remote.size());
    // A socket for both families shows IPv4 peers as IPv6 ones; nobody else knows them by that.
    const auto address = endpoint.address();
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    peer.address = mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
                          : address.to_string();
    peer.port = endpoint.port();
    // Small answers at once, without waiting for the acknowledgement of the one before.
    socket.set_option(asio::ip::tcp::no_delay{true}, error);
}
} // namespace dmid::net
