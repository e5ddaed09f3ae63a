// SPDX-License-Identifier: Apache-2.0
// The server under every door, without a node behind, for hostile clients: it echoes. Arguments: the folder
// for its unix socket, certificate and key files, total of connections (0: what the machine's limit of open
// files allows, 10,000 at most), connections of one source, milliseconds for a request, between requests and
// for a write. It says
// {"tcp":port,"tls":port,"unix":path,"connections":n} and serves until its input ends.
#include "codec/json.hpp"
#include "net/descriptors.hpp"
#include "net/http_server.hpp"

#include <boost/json/object.hpp>

#include <iostream>

namespace
{
using namespace dmid;

net::Task<net::HttpResponse> echo(net::HttpRequest request)
{
    net::HttpResponse response;
    response.body = request.method + " " + request.target + " " + request.body;
    co_return response;
}

net::Task<> echo_messages(net::WebSocketPtr socket, net::HttpRequest)
{
    for (;;)
    {
        auto message = co_await socket->read();
        if (!message)
            break;
        const auto written = co_await socket->write(std::move(*message));
        if (!written)
            break;
    }
    co_await socket->close();
}

net::HttpServerOptions options_of(char** argv)
{
    net::HttpServerOptions options;
    const auto total = std::stoul(argv[4]);
    options.max_connections = net::room_for_connections(total == 0 ? 10'000 : total);
    options.max_per_source = std::stoul(argv[5]);
    options.request_timeout = net::Millis{std::stol(argv[6])};
    options.idle_timeout = net::Millis{std::stol(argv[7])};
    options.write_timeout = net::Millis{std::stol(argv[8])};
    options.websocket.idle_timeout = options.idle_timeout;
    options.websocket.handshake_timeout = options.request_timeout;
    return options;
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 9)
        return 2;
    const auto options = options_of(argv);
    auto encrypted = options;
    encrypted.tls = net::make_tls_server(argv[2], argv[3]).value();
    const auto path = std::string{argv[1]} + "/door.sock";
    net::IoPool pool{2};
    net::HttpServer plain{pool, echo, echo_messages, options};
    net::HttpServer tls{pool, echo, echo_messages, encrypted};
    const auto tcp_port = plain.listen_tcp("127.0.0.1", 0).value();
    const auto tls_port = tls.listen_tcp("127.0.0.1", 0).value();
    if (!plain.listen_unix(path))
        return 2;
    pool.start();
    const boost::json::object ready{
        {"tcp", tcp_port}, {"tls", tls_port}, {"unix", path}, {"connections", options.max_connections}};
    std::cout << codec::serialise_json(ready) << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        ;
    plain.stop();
    tls.stop();
    pool.stop();
    pool.join();
    return 0;
}
