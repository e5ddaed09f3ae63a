// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace dmid::net
{
namespace
{
using testing::Certificate;
using testing::RawSocket;
using testing::ScriptedPeer;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

FetchOptions quick(Millis deadline = Millis{2000})
{
    FetchOptions options;
    options.guard = Guard::configured;
    options.deadline = deadline;
    options.max_body = 1000;
    options.max_header = 1000;
    return options;
}

Result<HttpResponse> get(const std::string& url, FetchOptions options = quick())
{
    HttpClient client;
    HttpRequest request;
    request.url = url;
    return run_blocking(client.fetch(request, options));
}

Errc refusal(const std::string& url, FetchOptions options = quick())
{
    const auto response = get(url, options);
    return response ? Errc::internal_bug : response.error().code;
}

/// A peer that answers each request of a connection with the same text.
ScriptedPeer::Script answering(std::string text)
{
    return [text](const RawSocket& socket)
    {
        socket.read_until("\r\n\r\n");
        socket.send(text);
    };
}

/// One that the kernel gave, and that is free again.
std::uint16_t unused_port()
{
    const ScriptedPeer once{[](const RawSocket&) {}};
    return once.port();
}
} // namespace

TEST(HttpClient, RefusesEndlessHeadersAndBodies)
{
    const ScriptedPeer header{[](const RawSocket& socket)
                              {
                                  socket.read_until("\r\n\r\n");
                                  socket.send("HTTP/1.1 200 OK\r\n");
                                  while (socket.send("X-More: 0123456789\r\n"))
                                      continue;
                              }};
    EXPECT_EQ(refusal("http://" + header.authority() + "/"), Errc::net_too_large);
    const ScriptedPeer chunks{[](const RawSocket& socket)
                              {
                                  socket.read_until("\r\n\r\n");
                                  socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                                  while (socket.send("8\r\n01234567\r\n"))
                                      continue;
                              }};
    EXPECT_EQ(refusal("http://" + chunks.authority() + "/"), Errc::net_too_large);
    const ScriptedPeer endless{[](const RawSocket& socket)
                               {
                                   socket.read_until("\r\n\r\n");
                                   socket.send("HTTP/1.1 200 OK\r\n\r\n");
                                   while (socket.send("0123456789"))
                                       continue;
                               }};
    EXPECT_EQ(refusal("http://" + endless.authority() + "/"), Errc::net_too_large);
}

TEST(HttpClient, RefusesADeclaredGigabyteAtItsHeader)
{
    const ScriptedPeer peer{[](const RawSocket& socket)
                            {
                                socket.read_until("\r\n\r\n");
                                socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
                                socket.read_until("");
                            }};
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal("http://" + peer.authority() + "/"), Errc::net_too_large);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{1});
}

TEST(HttpClient, HasOneDeadlineForEverything)
{
    const ScriptedPeer silent{[](const RawSocket& socket) { socket.read_until(""); }};
    EXPECT_EQ(refusal("http://" + silent.authority() + "/", quick(Millis{150})), Errc::net_timeout);
    const ScriptedPeer trickle{[](const RawSocket& socket)
                               {
                                   socket.send("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
                                   while (socket.send("x"))
                                       std::this_thread::sleep_for(std::chrono::milliseconds{20});
                               }};
    EXPECT_EQ(refusal("http://" + trickle.authority() + "/", quick(Millis{150})), Errc::net_timeout);
}

TEST(HttpClient, TellsTruncatedGarbledAndAbsentAnswersApart)
{
    const ScriptedPeer cut{answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")};
    EXPECT_EQ(refusal("http://" + cut.authority() + "/"), Errc::net_closed);
    const ScriptedPeer garbled{answering("220 smtp.example ESMTP\r\n")};
    EXPECT_EQ(refusal("http://" + garbled.authority() + "/"), Errc::net_protocol);
    const ScriptedPeer empty{answering("")};
    EXPECT_EQ(refusal("http://" + empty.authority() + "/"), Errc::net_closed);
    const ScriptedPeer reset{[](const RawSocket& socket)
                             {
                                 socket.read_until("\r\n\r\n");
                                 socket.reset_on_close();
                             }};
    EXPECT_EQ(refusal("http://" + reset.authority() + "/"), Errc::net_closed);
    EXPECT_EQ(refusal("http://127.0.0.1:1/"), Errc::net_unreachable);
}

TEST(HttpClient, KeepsConnectionsAndReplacesStaleOnes)
{
    std::atomic<int> connections{0};
    const ScriptedPeer peer{[&](const RawSocket& socket)
                            {
                                ++connections;
                                for (int i = 0; i < 2; ++i)
                                {
                                    if (socket.read_until("\r\n\r\n").empty())
                                        return;
                                    socket.send(kOk);
                                }
                            }};
    HttpClient client;
    const auto thrice = [&]() -> Task<Result<>>
    {
        HttpRequest request;
        request.url = "http://" + peer.authority() + "/";
        for (int i = 0; i < 3; ++i)
        {
            DMID_CO_TRY(co_await client.fetch(request, quick()));
            co_await sleep_for(Millis{50});
        }
        co_return Result<>{};
    };
    const auto result = run_blocking(thrice());
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_EQ(connections, 2);
    // The context above is gone, and so is what was kept on it.
    ASSERT_TRUE(run_blocking(thrice()));
    EXPECT_EQ(connections, 4);
}

TEST(HttpClient, FollowsRedirectsAtHomeOnly)
{
    const auto redirect = [](const std::string& to)
    {
        return answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + to +
                         "\r\n\r\n");
    };
    const ScriptedPeer home{[&](const RawSocket& socket)
                            {
                                const auto request = socket.read_until("\r\n\r\n");
                                socket.send(request.starts_with("GET /end ")
                                                ? std::string{kOk}
                                                : "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
                                                  "Connection: close\r\nLocation: /end\r\n\r\n");
                            }};
    const auto response = get("http://" + home.authority() + "/start");
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "ok");
    const ScriptedPeer away{redirect("http://169.254.169.254/latest/meta-data/")};
    EXPECT_EQ(refusal("http://" + away.authority() + "/"), Errc::net_redirect);
    const ScriptedPeer loop{redirect("/again")};
    EXPECT_EQ(refusal("http://" + loop.authority() + "/"), Errc::net_redirect);
}

TEST(HttpClient, DialsNothingInwardForOthers)
{
    std::atomic<int> connections{0};
    const ScriptedPeer peer{[&](const RawSocket& socket)
                            {
                                ++connections;
                                answering(kOk)(socket);
                            }};
    auto outside = quick();
    outside.guard = Guard::outside;
    EXPECT_EQ(refusal("http://" + peer.authority() + "/", outside), Errc::net_url);
    EXPECT_EQ(refusal("https://" + peer.authority() + "/", outside), Errc::net_address_forbidden);
    EXPECT_EQ(refusal("https://localhost:" + std::to_string(peer.port()) + "/", outside),
              Errc::net_address_forbidden);
    EXPECT_EQ(connections, 0);
    const std::vector<std::string> list{peer.authority()};
    HttpClient allowed{Dialer{*AllowList::from(list)}};
    HttpRequest request;
    request.url = "http://" + peer.authority() + "/";
    EXPECT_TRUE(run_blocking(allowed.fetch(request, outside)));
}

TEST(HttpClient, RefusesALyingResolver)
{
    Resolver liar = [](std::string, Deadline) -> Task<Result<std::vector<boost::asio::ip::address>>>
    {
        std::vector<boost::asio::ip::address> both{boost::asio::ip::make_address("93.184.216.34"),
                                                   boost::asio::ip::make_address("127.0.0.1")};
        co_return both;
    };
    HttpClient client{Dialer{{}, liar}};
    HttpRequest request;
    request.url = "https://two-faced.example/";
    auto outside = quick();
    outside.guard = Guard::outside;
    const auto response = run_blocking(client.fetch(request, outside));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::net_address_forbidden);
}

TEST(HttpClient, TlsThatIsNoTlsFails)
{
    const ScriptedPeer plain{[](const RawSocket& socket)
                             { socket.send("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
    EXPECT_EQ(refusal("https://" + plain.authority() + "/"), Errc::net_tls);
    const ScriptedPeer half{[](const RawSocket& socket)
                            {
                                socket.send("\x16\x03\x03");
                                socket.read_until("");
                            }};
    EXPECT_EQ(refusal("https://" + half.authority() + "/", quick(Millis{200})), Errc::net_timeout);
}

TEST(HttpClient, ReadsAnIndependentTlsServer)
{
    const Certificate certificate{"localhost"};
    const auto port = std::to_string(unused_port());
    const auto command = "timeout 10 openssl s_server -quiet -www -accept 127.0.0.1:" + port + " -cert " +
                         certificate.chain() + " -key " + certificate.key() +
                         " >/dev/null 2>&1 & echo $! > " + certificate.directory.file("pid");
    ASSERT_EQ(std::system(command.c_str()), 0);
    HttpClient client{Dialer{}, *make_tls_client(certificate.chain())};
    auto options = quick();
    options.max_body = 1U << 20U;
    Result<HttpResponse> response = fail(Errc::net_unreachable);
    HttpRequest request;
    request.url = "https://localhost:" + port + "/";
    for (int i = 0; i < 100 && !response; ++i)
    {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        response = run_blocking(client.fetch(request, options));
    }
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->status, 200U);
    request.url = "https://127.0.0.1:" + port + "/";
    const auto wrong_name = run_blocking(client.fetch(request, options));
    ASSERT_FALSE(wrong_name);
    EXPECT_EQ(wrong_name.error().code, Errc::net_tls);
    EXPECT_EQ(std::system(("kill $(cat " + certificate.directory.file("pid") + ")").c_str()), 0);
}
} // namespace dmid::net
