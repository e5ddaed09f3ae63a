// SPDX-License-Identifier: Apache-2.0
#include "net/tcp_listener.hpp"

#include "net/stream_impl.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct TcpListener::Impl
{
    Impl(IoPool& io, Serve handler)
        : pool{io}
        , serve{std::move(handler)}
        , acceptor{io.executor(0)}
    {
    }

    // Static, and holds the listener from the moment it is made.
    static Task<> accept(std::shared_ptr<Impl> self)
    {
        for (;;)
        {
            error_code error;
            auto socket = co_await self->acceptor.async_accept(
                self->pool.next(), asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted || !self->acceptor.is_open())
                co_return;
            if (error)
            {
                // No descriptors left, most likely: wait for some to come back.
                co_await sleep_for(Millis{50});
                continue;
            }
            self->serve(Stream{std::make_shared<Stream::Impl>(Socket{std::move(socket)})});
        }
    }

    IoPool& pool;
    Serve serve;
    tcp::acceptor acceptor;
};

TcpListener::TcpListener(std::shared_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}

Result<std::unique_ptr<TcpListener>> TcpListener::listen(IoPool& pool, const std::string& address,
                                                         std::uint16_t port, Serve serve)
{
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return fail(Errc::net_bind, address + " is no IP address");
    const tcp::endpoint endpoint{ip, port};
    auto impl = std::make_shared<Impl>(pool, std::move(serve));
    auto& acceptor = impl->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (!error)
        acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error)
        acceptor.bind(endpoint, error);
    if (!error)
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(Errc::net_bind, address + ":" + std::to_string(port) + ": " + error.message());
    std::unique_ptr<TcpListener> out{new TcpListener{impl}};
    out->port_ = acceptor.local_endpoint(error).port();
    spawn(acceptor.get_executor(), Impl::accept(std::move(impl)));
    return out;
}

TcpListener::~TcpListener()
{
    close();
}

void TcpListener::close()
{
    auto act = [impl = impl_]
    {
        error_code ignored;
        impl->acceptor.close(ignored);
    };
    asio::post(impl_->acceptor.get_executor(), std::move(act));
}
} // namespace dmid::net
