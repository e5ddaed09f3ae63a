// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"
#include "net/websocket.hpp"

#include <gtest/gtest.h>

namespace dmid::net
{
namespace
{
using testing::connect_raw;
using testing::RawSocket;

Task<> echo(WebSocketPtr socket, HttpRequest)
{
    for (;;)
    {
        auto message = co_await socket->read();
        if (!message)
            co_return;
        if (*message == "burst")
        {
            for (int i = 0; i < 100; ++i)
                socket->post(std::to_string(i));
            continue;
        }
        if (*message == "bye")
        {
            co_await socket->close(4000, "as asked");
            co_return;
        }
        const auto written = co_await socket->write(std::move(*message));
        if (!written)
            co_return;
    }
}

Task<HttpResponse> not_found(HttpRequest)
{
    HttpResponse response;
    response.status = 404;
    co_return response;
}

HttpServerOptions small()
{
    HttpServerOptions options;
    options.websocket.max_message = 1000;
    options.stop_grace = Millis{500};
    return options;
}

struct RunningSocketServer
{
    explicit RunningSocketServer(HttpServerOptions options = small())
        : server{pool, not_found, echo, std::move(options)}
    {
        port = *server.listen_tcp("127.0.0.1", 0);
        pool.start();
    }
    Url url() const { return *parse_url("ws://127.0.0.1:" + std::to_string(port)); }
    IoPool pool{2};
    HttpServer server;
    std::uint16_t port = 0;
    Dialer dialer;
};

WebSocketOptions socket_server()
{
    WebSocketOptions options;
    options.guard = Guard::configured;
    options.handshake_timeout = Millis{2000};
    return options;
}

Task<Result<std::string>> say(const RunningSocketServer& running, std::string message)
{
    DMID_CO_TRY(auto socket, co_await connect_websocket(running.dialer, running.url(), socket_server()));
    DMID_CO_TRY(co_await socket->write(std::move(message)));
    DMID_CO_TRY(auto answer, co_await socket->read());
    co_await socket->close();
    co_return answer;
}

constexpr const char* kUpgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Version: 13\r\n\r\n";
} // namespace

TEST(WebSocket, CarriesMessagesBothWays)
{
    RunningSocketServer running;
    const auto answer = run_blocking(say(running, "hello \xC3\xA4"));
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(*answer, "hello \xC3\xA4");
    EXPECT_EQ(*run_blocking(say(running, std::string(1000, 'x'))), std::string(1000, 'x'));
}

TEST(WebSocket, KeepsTheOrderOfWhatIsPostedAtOnce)
{
    RunningSocketServer running;
    const auto collect = [&]() -> Task<Result<std::string>>
    {
        DMID_CO_TRY(auto socket, co_await connect_websocket(running.dialer, running.url(), socket_server()));
        DMID_CO_TRY(co_await socket->write("burst"));
        std::string all;
        for (int i = 0; i < 100; ++i)
        {
            DMID_CO_TRY(auto message, co_await socket->read());
            all += message + " ";
        }
        co_return all;
    };
    std::string expected;
    for (int i = 0; i < 100; ++i)
        expected += std::to_string(i) + " ";
    EXPECT_EQ(*run_blocking(collect()), expected);
}

TEST(WebSocket, ClosesOnMessagesOverTheLimit)
{
    RunningSocketServer running;
    const auto answer = run_blocking(say(running, std::string(1001, 'x')));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::net_closed);
}

TEST(WebSocket, ReportsTheOtherSidesClose)
{
    RunningSocketServer running;
    const auto answer = run_blocking(say(running, "bye"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::net_closed);
}

TEST(WebSocket, AnswersTheKeyOfTheSpecification)
{
    RunningSocketServer running;
    const RawSocket socket{connect_raw(running.port)};
    socket.send(kUpgrade);
    const auto head = socket.read_until("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    EXPECT_NE(head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos); // RFC 6455 §1.3
    // An unmasked frame of a client is a protocol violation: the server closes.
    socket.send(std::string_view{"\x81\x05hello", 7});
    socket.read_until("");
}

TEST(WebSocket, HalfACharacterBeforeAnEmptyLastFrameIsNoText)
{
    RunningSocketServer running;
    const RawSocket socket{connect_raw(running.port)};
    socket.send(kUpgrade);
    socket.read_until("\r\n\r\n");
    // Text of two frames, masked by zeroes: the first two bytes of a euro sign, then nothing.
    constexpr std::string_view kFrames{"\x01\x82\0\0\0\0\xE2\x82\x80\x80\0\0\0\0", 14};
    socket.send(kFrames);
    const auto answer = socket.read_until("\x03\xEF"); // a close with 1007
    EXPECT_NE(answer.find("\x03\xEF"), std::string::npos);
    EXPECT_EQ(answer.find("\xE2\x82"), std::string::npos) << "nothing of it was echoed";
}

TEST(WebSocket, RefusesUpgradesElsewhereAndWithBytesAhead)
{
    RunningSocketServer running;
    const RawSocket elsewhere{connect_raw(running.port)};
    std::string request{kUpgrade};
    request.replace(request.find("GET / "), 6, "GET /x ");
    elsewhere.send(request);
    EXPECT_TRUE(elsewhere.read_until("").starts_with("HTTP/1.1 404 "));
    const RawSocket ahead{connect_raw(running.port)};
    ahead.send(std::string{kUpgrade} + "\x81");
    EXPECT_TRUE(ahead.read_until("").starts_with("HTTP/1.1 400 "));
}

TEST(WebSocket, AServerThatDoesNotUpgradeIsAProtocolError)
{
    const testing::ScriptedPeer peer{[](const RawSocket& socket)
                                     {
                                         socket.read_until("\r\n\r\n");
                                         socket.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                                     }};
    const Dialer dialer;
    const auto url = *parse_url("ws://" + peer.authority() + "/");
    const auto socket = run_blocking(connect_websocket(dialer, url, socket_server()));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, Errc::net_protocol);
}

TEST(WebSocket, ASilentServerTimesOut)
{
    const testing::ScriptedPeer peer{[](const RawSocket& socket) { socket.read_until(""); }};
    auto options = socket_server();
    options.handshake_timeout = Millis{200};
    const Dialer dialer;
    const auto url = *parse_url("ws://" + peer.authority() + "/");
    const auto socket = run_blocking(connect_websocket(dialer, url, options));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, Errc::net_timeout);
}

TEST(WebSocket, WhatWaitsBehindAPeerThatDoesNotReadIsBounded)
{
    RunningSocketServer running;
    const auto flood = [&]() -> Task<Result<>>
    {
        auto options = socket_server();
        options.max_queued = 500;
        DMID_CO_TRY(auto socket, co_await connect_websocket(running.dialer, running.url(), options));
        co_return co_await socket->write(std::string(501, 'x'));
    };
    const auto written = run_blocking(flood());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::net_too_large);
}

TEST(WebSocket, AStoppingServerSaysGoingAway)
{
    auto running = std::make_unique<RunningSocketServer>();
    const RawSocket socket{connect_raw(running->port)};
    socket.send(kUpgrade);
    socket.read_until("\r\n\r\n");
    std::thread stopper{[&] { running->server.stop(); }};
    const auto last = socket.read_until("going away");
    stopper.join();
    EXPECT_NE(last.find("going away"), std::string::npos);
}
} // namespace dmid::net
