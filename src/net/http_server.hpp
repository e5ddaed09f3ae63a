// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_types.hpp"
#include "net/io_pool.hpp"
#include "net/websocket.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dmid::net
{
/// Answers one request, on the connection's executor. What it throws becomes 500.
using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;
/// Owns an upgraded connection until it returns.
using WebSocketHandler = std::function<Task<>(WebSocketPtr, HttpRequest)>;

struct HttpServerOptions
{
    std::size_t max_header = 16U << 10U;
    /// 413 beyond it. Design: HTTP body 128 KiB.
    std::size_t max_body = 128U << 10U;
    /// For requests to these paths instead, where it is more.
    std::vector<std::pair<std::string, std::size_t>> max_bodies;
    /// Beyond it a new connection gets 503 and is closed.
    std::size_t max_connections = 10'000;
    /// Of one source (net/source.hpp): 429 beyond it. 0: no limit, for a server behind a proxy, where all
    /// come from one address. Unix sockets are not counted so.
    std::size_t max_per_source = 0;
    /// From the first byte of a request to its last, however slowly they come (408).
    Millis request_timeout{15'000};
    /// Between two requests.
    Millis idle_timeout{60'000};
    /// For each response, and each piece of a streamed one.
    Millis write_timeout{20'000};
    /// For requests that are being answered when stop() is called.
    Millis stop_grace{5'000};
    WebSocketOptions websocket;
    /// Where set, TCP listeners speak TLS.
    TlsContextPtr tls;
};

/// HTTP/1.1 over TCP and unix sockets, with keep-alive, pipelining in order, and WebSockets at `/`.
class HttpServer
{
public:
    /// `pool` must outlive the server. Connections are spread over its contexts.
    HttpServer(IoPool& pool, HttpHandler handler, WebSocketHandler websocket = {},
               HttpServerOptions options = {});
    /// As stop(), without grace.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Listens on an IP address; port 0 takes a free one. Returns the port. net.bind.
    Result<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port);
    /// Listens on a unix socket of mode 0600; a dead one that is in the way is removed, a live one is
    /// net.bind. Requests carry the peer's uid.
    Result<> listen_unix(const std::string& path);

    /// Accepts no more, lets running requests end within the grace, then cuts. Blocks; not on a pool thread.
    void stop();
    /// The same with another grace.
    void stop(Millis grace);
    std::size_t connections() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::net
