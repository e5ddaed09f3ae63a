// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

namespace dmid::net
{
namespace
{
using testing::Certificate;
using testing::connect_raw;
using testing::RawSocket;
using testing::TemporaryDirectory;

Task<Result<>> count_up(BodyWriter& writer)
{
    for (int i = 0; i < 3; ++i)
    {
        DMID_CO_TRY(co_await writer.write("data: " + std::to_string(i) + "\n\n"));
    }
    co_return Result<>{};
}

Task<HttpResponse> echo(HttpRequest request)
{
    HttpResponse response;
    if (request.path == "/throw")
        throw std::runtime_error{"secret words"};
    if (request.path == "/slow")
        co_await sleep_for(Millis{300});
    if (request.path == "/stream")
        response.stream = count_up;
    if (request.path.starts_with("/long/"))
    {
        // Of 27 bytes, as many as the path says are announced.
        response.headers.set("Content-Length", request.path.substr(6));
        response.stream = count_up;
    }
    if (request.path == "/uid")
        response.body = request.peer.uid ? std::to_string(*request.peer.uid) : "none";
    else
        response.body = request.method + " " + request.target + " " + request.body;
    co_return response;
}

struct Running
{
    explicit Running(HttpServerOptions options = {}, WebSocketHandler websocket = {})
        : server{pool, echo, std::move(websocket), std::move(options)}
    {
        port = *server.listen_tcp("127.0.0.1", 0);
        pool.start();
    }
    RawSocket raw() const { return RawSocket{connect_raw(port)}; }
    std::string url(const std::string& target) const
    {
        return "http://127.0.0.1:" + std::to_string(port) + target;
    }
    IoPool pool{2};
    HttpServer server;
    std::uint16_t port = 0;
};

FetchOptions configured()
{
    FetchOptions options;
    options.guard = Guard::configured;
    return options;
}

Result<HttpResponse> get(HttpClient& client, const std::string& url, FetchOptions options = configured())
{
    HttpRequest request;
    request.url = url;
    return run_blocking(client.fetch(request, options));
}
} // namespace

TEST(HttpServer, AnswersItsOwnClient)
{
    Running running;
    HttpClient client;
    HttpRequest request;
    request.method = "POST";
    request.url = running.url("/a?b");
    request.body = std::string(100'000, 'x');
    const auto response = run_blocking(client.fetch(request, configured()));
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->status, 200U);
    EXPECT_EQ(response->body, "POST /a?b " + request.body);
}

TEST(HttpServer, AnswersCurl)
{
    Running running;
    const auto command = "curl -s -m 5 -H 'Expect: 100-continue' -d hello " + running.url("/c") +
                         " | grep -q '^POST /c hello$' && curl -s -N -m 5 " + running.url("/stream") +
                         " | grep -q 'data: 2' && curl -s -I -m 5 " + running.url("/head") +
                         " | grep -qi 'content-length: 11'";
    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder)
{
    Running running;
    const auto socket = running.raw();
    socket.send(
        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
        "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto all = socket.read_until("");
    const auto first = all.find("GET /slow");
    const auto second = all.find("POST /2 hi");
    const auto third = all.find("GET /3");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, std::string::npos);
}

TEST(HttpServer, StreamsInChunks)
{
    Running running;
    HttpClient client;
    const auto response = get(client, running.url("/stream"));
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    const auto socket = running.raw();
    socket.send("GET /stream HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(socket.read_until("").ends_with("\r\n\r\ndata: 0\n\ndata: 1\n\ndata: 2\n\n"));
}

TEST(HttpServer, StreamsWhatHasALengthAndKeepsTheConnection)
{
    Running running;
    for (const std::string version : {"1.1", "1.0"})
    {
        const auto socket = running.raw();
        const auto head = " HTTP/" + version + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
        socket.send("GET /long/27" + head);
        const auto first = socket.read_until("data: 2\n\n");
        EXPECT_NE(first.find("Content-Length: 27\r\n"), std::string::npos) << first;
        EXPECT_EQ(first.find("Content-Length", first.find("Content-Length") + 1), std::string::npos) << first;
        EXPECT_EQ(first.find("chunked"), std::string::npos) << first;
        EXPECT_TRUE(first.ends_with("\r\n\r\ndata: 0\n\ndata: 1\n\ndata: 2\n\n")) << first;
        socket.send("HEAD /long/27" + head + "GET /a" + head);
        const auto second = socket.read_until("GET /a ");
        EXPECT_NE(second.find("Content-Length: 27\r\n"), std::string::npos) << second;
        EXPECT_EQ(second.find("data: 0"), std::string::npos) << second;
    }
}

TEST(HttpServer, EndsTheConnectionWhereAStreamIsShorterOrLongerThanItsLength)
{
    Running running;
    for (const auto* length : {"28", "26", "0"})
    {
        const auto socket = running.raw();
        socket.send("GET /long/" + std::string{length} +
                    " HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto all = socket.read_until("");
        const auto body = all.substr(all.find("\r\n\r\n") + 4);
        EXPECT_EQ(all.find("GET /a"), std::string::npos) << all;
        EXPECT_LE(body.size(), std::stoul(length) == 28 ? 27U : std::stoul(length));
    }
}

TEST(HttpServer, WhatAHandlerThrowsStaysInside)
{
    Running running;
    HttpClient client;
    const auto response = get(client, running.url("/throw"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500U);
    EXPECT_EQ(response->body.find("secret"), std::string::npos);
}

TEST(HttpServer, SaysWhatWasWrongWithARequest)
{
    Running running;
    const std::pair<std::string, const char*> cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"\x16\x03\x01\x02", "HTTP/1.1 400 "},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x'), "HTTP/1.1 431 "},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 131073\r\n\r\n", "HTTP/1.1 413 "},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n" + std::string(200'000, 'x'),
         "HTTP/1.1 413 "},
    };
    for (const auto& [request, answer] : cases)
    {
        const auto socket = running.raw();
        socket.send(request);
        EXPECT_TRUE(socket.read_until("").starts_with(answer)) << request.substr(0, 60);
    }
}

TEST(HttpServer, CutsRequestsThatTrickle)
{
    HttpServerOptions options;
    options.request_timeout = Millis{200};
    Running running{options};
    const auto socket = running.raw();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 100 && socket.send("G"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{1});
}

TEST(HttpServer, ClosesIdleConnections)
{
    HttpServerOptions options;
    options.idle_timeout = Millis{100};
    Running running{options};
    const auto socket = running.raw();
    EXPECT_EQ(socket.read_until(""), "");
}

TEST(HttpServer, TurnsAwayWhatIsTooMany)
{
    HttpServerOptions options;
    options.max_connections = 1;
    Running running{options};
    const auto first = running.raw();
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    first.read_until("GET / ");
    const auto second = running.raw();
    EXPECT_TRUE(second.read_until("").starts_with("HTTP/1.1 503 "));
}

TEST(HttpServer, TurnsAwayTheManyConnectionsOfOneSource)
{
    HttpServerOptions options;
    options.max_per_source = 2;
    Running running{options};
    const auto ask = [](const RawSocket& socket)
    {
        socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        return socket.read_until("GET / ");
    };
    const auto first = running.raw();
    EXPECT_TRUE(ask(first).starts_with("HTTP/1.1 200 "));
    {
        const auto second = running.raw();
        EXPECT_TRUE(ask(second).starts_with("HTTP/1.1 200 "));
        EXPECT_TRUE(running.raw().read_until("").starts_with("HTTP/1.1 429 "));
    }
    while (running.server.connections() > 1)
        std::this_thread::yield();
    const auto third = running.raw();
    EXPECT_TRUE(ask(third).starts_with("HTTP/1.1 200 "));
}

TEST(HttpServer, UnixSocketIsPrivateAndTellsTheUser)
{
    TemporaryDirectory directory;
    const auto path = directory.file("node.sock");
    Running running;
    ASSERT_TRUE(running.server.listen_unix(path));
    struct stat info = {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    HttpClient client;
    auto options = configured();
    options.unix_socket = path;
    const auto response = get(client, "http://node/uid", options);
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, std::to_string(::getuid()));
    EXPECT_EQ(get(client, running.url("/uid"))->body, "none");
    // A second server must not steal a living socket.
    EXPECT_EQ(running.server.listen_unix(path).error().code, Errc::net_bind);
    running.server.stop();
    EXPECT_NE(::stat(path.c_str(), &info), 0);
}

TEST(HttpServer, ReplacesADeadUnixSocketButNoOtherFile)
{
    TemporaryDirectory directory;
    const auto path = directory.file("dead.sock");
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof where.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
    ::close(fd);
    Running running;
    EXPECT_TRUE(running.server.listen_unix(path));
    const auto file = directory.file("plain");
    std::ofstream{file} << "mine";
    EXPECT_EQ(running.server.listen_unix(file).error().code, Errc::net_bind);
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(HttpServer, StopsAfterTheRunningRequest)
{
    Running running;
    const auto socket = running.raw();
    const auto idle = running.raw();
    socket.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    running.server.stop();
    const auto answer = socket.read_until("");
    EXPECT_TRUE(answer.ends_with("GET /slow ")) << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(idle.read_until(""), "");
    EXPECT_EQ(running.server.connections(), 0U);
}

TEST(HttpServer, StoppingWaitsForNoRequestThatIsNotWhole)
{
    HttpServerOptions options;
    options.stop_grace = Millis{600'000};
    options.request_timeout = Millis{600'000};
    Running running{options};
    const auto slow = running.raw();
    slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhe");
    slow.read_until("100 Continue");
    running.server.stop();
    EXPECT_EQ(running.server.connections(), 0U);
}

TEST(HttpServer, ServesTls)
{
    const Certificate certificate{"IP:127.0.0.1"};
    HttpServerOptions options;
    options.tls = *make_tls_server(certificate.chain(), certificate.key());
    Running running{options};
    const auto url = "https://127.0.0.1:" + std::to_string(running.port) + "/t";
    HttpClient trusting{Dialer{}, *make_tls_client(certificate.chain())};
    const auto response = get(trusting, url);
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "GET /t ");
    HttpClient stranger;
    EXPECT_EQ(get(stranger, url).error().code, Errc::net_tls);
    const auto curl = "curl -s -m 5 --cacert " + certificate.chain() + " " + url + " | grep -q 'GET /t'";
    EXPECT_EQ(std::system(curl.c_str()), 0);
    // Garbage instead of a handshake ends that connection alone.
    const auto garbage = running.raw();
    garbage.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    garbage.read_until("");
    EXPECT_TRUE(get(trusting, url));
}

TEST(HttpServer, APortInUseIsNetBind)
{
    Running running;
    IoPool pool{1};
    HttpServer other{pool, echo};
    const auto bound = other.listen_tcp("127.0.0.1", running.port);
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, Errc::net_bind);
}

TEST(HttpServer, MayGoBeforeItsThreadsEverRan)
{
    // What it has queued by then must not outlive it; the sanitizers see where it does.
    IoPool pool{1};
    {
        HttpServer server{pool, echo};
        ASSERT_TRUE(server.listen_tcp("127.0.0.1", 0));
    }
    pool.start();
    auto turn = []() -> Task<Result<>> { co_return Result<>{}; };
    EXPECT_TRUE(run_blocking(turn()));
    pool.stop();
    pool.join();
}
} // namespace dmid::net
