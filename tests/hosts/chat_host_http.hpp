// SPDX-License-Identifier: Apache-2.0
// For the hosts of channels whose platform calls: their on_request() at one path of a server on loopback.
#pragma once

#include "channel/channel.hpp"
#include "net/http_server.hpp"

#include <atomic>
#include <string>

namespace dmid::hosts
{
/// Serves once a channel is mounted; 404 before and elsewhere.
class Mounted
{
public:
    Mounted(net::IoPool& pool, std::string path, std::size_t max_body)
        : path_{std::move(path)}
        , server_{pool,
                  [this](net::HttpRequest request) { return serve(std::move(request)); },
                  {},
                  with(max_body)}
        , port_{server_.listen_tcp("127.0.0.1", 0).value()}
    {
    }
    void mount(channel::Channel& channel) { channel_ = &channel; }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + path_; }
    void stop() { server_.stop(); }

private:
    static net::HttpServerOptions with(std::size_t max_body)
    {
        net::HttpServerOptions options;
        options.max_body = max_body;
        return options;
    }
    net::Task<net::HttpResponse> serve(net::HttpRequest request)
    {
        net::HttpResponse response;
        response.status = 404;
        if (request.path == path_ && channel_ != nullptr)
            response = co_await channel_.load()->on_request(std::move(request));
        co_return response;
    }
    std::atomic<channel::Channel*> channel_{nullptr};
    std::string path_;
    net::HttpServer server_;
    std::uint16_t port_;
};
} // namespace dmid::hosts
