// SPDX-License-Identifier: Apache-2.0
// Private to net: one connection of an HttpServer.
#pragma once

#include "net/http_parser.hpp"
#include "net/http_server.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace dmid::net
{
/// Serves requests one after the other until either side ends it. Lives as long as run() or a handler does.
class HttpConnection : public std::enable_shared_from_this<HttpConnection>
{
public:
    struct Service
    {
        HttpHandler handler;
        WebSocketHandler websocket;
        HttpServerOptions options;
        std::atomic<bool> stopping{false};
    };

    HttpConnection(Stream stream, std::shared_ptr<Service> service, bool tls);

    /// On the connection's executor.
    Task<> run();
    /// The server stops: a connection without a whole request closes, WebSockets say 1001, a request that is
    /// being handled is answered. Thread-safe.
    void wind_down();
    /// At once. Thread-safe.
    void cut();

private:
    class Chunks;

    Task<> serve();
    Task<Result<bool>> read_request();
    Task<Result<>> fill();
    Task<bool> answer();
    Task<Result<>> send(HttpResponse response, bool head_only, bool keep, bool chunked);
    Task<> refuse(Error error);
    Task<> upgrade();
    Task<> linger();

    Stream stream_;
    std::shared_ptr<Service> service_;
    HttpRequestParser parser_;
    std::string buffer_;
    WebSocketPtr websocket_;
    bool idle_ = true; // no whole request has come
    bool tls_;
};
} // namespace dmid::net
