// SPDX-License-Identifier: Apache-2.0
#include "net/stream.hpp"

#include "net/stream_impl.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Stream::Stream(std::shared_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}

void Stream::expires_after(Millis limit)
{
    impl_->set_deadline(deadline_in(limit));
}

void Stream::expires_at(Deadline deadline)
{
    impl_->set_deadline(deadline);
}

void Stream::expires_never()
{
    impl_->set_deadline(Deadline::max());
}

Task<Result<std::size_t>> Stream::read_some(std::span<std::uint8_t> into)
{
    const auto impl = impl_;
    error_code error;
    std::size_t got = 0;
    const auto buffer = asio::buffer(into.data(), into.size());
    if (impl->tls)
        got = co_await impl->tls->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
    else
        got = co_await impl->socket.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof)
        co_return std::size_t{0};
    if (error)
        co_return tl::unexpected<Error>(impl->error_of(error));
    co_return got;
}

Task<Result<std::size_t>> Stream::read_some(std::span<std::uint8_t> into, Deadline until)
{
    const auto impl = impl_;
    impl->set_deadline(until, true);
    auto got = co_await read_some(into);
    // What came in with the deadline counts; only a socket that is closed has timed out for good.
    if (impl->socket.is_open())
        impl->timed_out = false;
    co_return got;
}

Task<Result<>> Stream::write(ByteView bytes)
{
    co_return co_await write(bytes, ByteView{});
}

Task<Result<>> Stream::write(ByteView first, ByteView second)
{
    const auto impl = impl_;
    error_code error;
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(first.data(), first.size()),
                                                    asio::buffer(second.data(), second.size())};
    if (impl->tls)
        co_await asio::async_write(*impl->tls, buffers, asio::redirect_error(asio::use_awaitable, error));
    else
        co_await asio::async_write(impl->socket, buffers, asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return tl::unexpected<Error>(impl->error_of(error));
    co_return Result<>{};
}

Task<Result<>> Stream::start_tls_client(TlsContextPtr context, std::string host)
{
    const auto impl = impl_;
    impl->tls_context = std::move(context);
    impl->tls = std::make_unique<ssl::stream<Socket&>>(impl->socket, impl->tls_context->context);
    error_code error;
    impl->tls->set_verify_mode(ssl::verify_peer, error);
    impl->tls->set_verify_callback(ssl::host_name_verification(host), error);
    error_code not_an_address;
    (void)asio::ip::make_address(host, not_an_address);
    // RFC 6066 §3: no addresses in the server name indication.
    if (not_an_address)
        SSL_set_tlsext_host_name(impl->tls->native_handle(), host.c_str());
    co_await impl->tls->async_handshake(ssl::stream_base::client,
                                        asio::redirect_error(asio::use_awaitable, error));
    if (!error)
    {
        impl->peer.encrypted = true;
        co_return Result<>{};
    }
    auto failure = impl->error_of(error);
    if (const auto verdict = SSL_get_verify_result(impl->tls->native_handle());
        failure.code == Errc::net_tls && verdict != X509_V_OK)
        failure.context = X509_verify_cert_error_string(verdict);
    impl->close();
    co_return tl::unexpected<Error>(std::move(failure));
}

Task<Result<>> Stream::start_tls_server(TlsContextPtr context)
{
    const auto impl = impl_;
    impl->tls_context = std::move(context);
    impl->tls = std::make_unique<ssl::stream<Socket&>>(impl->socket, impl->tls_context->context);
    error_code error;
    co_await impl->tls->async_handshake(ssl::stream_base::server,
                                        asio::redirect_error(asio::use_awaitable, error));
    if (error)
    {
        auto failure = impl->error_of(error);
        impl->close();
        co_return tl::unexpected<Error>(std::move(failure));
    }
    impl->peer.encrypted = true;
    co_return Result<>{};
}

Task<> Stream::shutdown()
{
    const auto impl = impl_;
    error_code ignored;
    if (impl->tls && impl->socket.is_open())
    {
        impl->set_deadline(deadline_in(Millis{1000}));
        co_await impl->tls->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
    impl->socket.shutdown(Socket::shutdown_send, ignored);
}

void Stream::close()
{
    impl_->close();
}

bool Stream::is_open() const
{
    return impl_ && impl_->socket.is_open();
}

bool Stream::is_quiet() const
{
    if (!is_open())
        return false;
    char byte = 0;
    const auto got = ::recv(impl_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && errno == EAGAIN;
}

Peer Stream::peer() const
{
    return impl_->peer;
}

Executor Stream::executor() const
{
    return impl_->socket.get_executor();
}
} // namespace dmid::net
