// SPDX-License-Identifier: Apache-2.0
// A server's connection code on one end of a socket pair, hostile bytes on the other.
#pragma once

#include "net/http_connection.hpp"
#include "net/stream_impl.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace dmid::fuzz
{
inline net::Task<> run_to_end(std::shared_ptr<net::HttpConnection> connection, bool& done)
{
    co_await connection->run();
    done = true;
}

/// What has arrived at `fd`.
inline std::size_t drain(int fd, std::string& said)
{
    std::size_t total = 0;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0;
         total += static_cast<std::size_t>(got))
        said.append(buffer, static_cast<std::size_t>(got));
    return total;
}

/// Sends `opening` whole and waits for its answer, then `input` in the pieces that its own bytes ask for
/// (`seed`), ends its direction, and reads until the server is done. Gives what the server said; aborts when
/// the server does not end although nothing more can come.
inline std::string serve(net::HttpHandler handler, net::WebSocketHandler websocket, std::string_view opening,
                         std::string_view input, unsigned seed)
{
    boost::asio::io_context context{1};
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        std::abort();
    auto service = std::make_shared<net::HttpConnection::Service>();
    service->handler = std::move(handler);
    service->websocket = std::move(websocket);
    service->options.max_header = 2048;
    service->options.max_body = 2048;
    service->options.websocket.max_message = 2048;
    net::Socket socket{context, boost::asio::generic::stream_protocol{AF_UNIX, 0}, ends[0]};
    auto connection = std::make_shared<net::HttpConnection>(
        net::Stream{std::make_shared<net::Stream::Impl>(std::move(socket))}, service, false);
    bool done = false;
    net::spawn(context.get_executor(), run_to_end(std::move(connection), done));
    std::string said;
    if (!opening.empty() &&
        ::send(ends[1], opening.data(), opening.size(), 0) != static_cast<ssize_t>(opening.size()))
        std::abort();
    while (!opening.empty() && !done && said.empty())
    {
        context.poll();
        drain(ends[1], said);
    }
    unsigned idle = 0;
    while (!done)
    {
        seed = seed * 1664525U + 1013904223U;
        const auto piece = input.substr(0, 1 + (seed >> 24U) % 64);
        if (const auto sent = ::send(ends[1], piece.data(), piece.size(), MSG_NOSIGNAL); sent > 0)
            input.remove_prefix(static_cast<std::size_t>(sent));
        else if (!input.empty() && errno != EAGAIN)
            input = {}; // the server has closed
        if (input.empty())
            ::shutdown(ends[1], SHUT_WR);
        const auto ran = context.poll();
        const auto got = drain(ends[1], said);
        // Whatever waits for a timer now would wait for it although the peer has gone.
        idle = ran == 0 && got == 0 && input.empty() ? idle + 1 : 0;
        if (idle > 1000)
            std::abort();
    }
    drain(ends[1], said);
    ::close(ends[1]);
    return said;
}
} // namespace dmid::fuzz
