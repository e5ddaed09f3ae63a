// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

/// A scripted HTTP endpoint and a blocking client, for tests alone: plain sockets, so that nothing of ours is
/// on the lying side.
namespace dmid::chain::testing
{
/// Answers every POST on a free loopback port with what the handler makes of its body. Connections are served
/// one after the other and closed. The handler returns the whole response, head included; see ok().
class FakeEndpoint
{
public:
    using Handler = std::function<std::string(const std::string& body)>;

    explicit FakeEndpoint(Handler handler);
    ~FakeEndpoint();
    FakeEndpoint(const FakeEndpoint&) = delete;
    FakeEndpoint& operator=(const FakeEndpoint&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v3/secret-key"; }
    unsigned requests() const { return requests_; }

private:
    void serve();

    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<unsigned> requests_ = 0;
    std::thread thread_;
};

/// A 200 response with a JSON body.
inline std::string ok(const std::string& body);
/// POSTs to 127.0.0.1 and gives the body of the answer; empty where nobody listens.
inline std::string post(std::uint16_t port, const std::string& body);
/// A port that was free a moment ago.
inline std::uint16_t free_port();

inline sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline std::size_t body_length(const std::string& head)
{
    const auto at = head.find("ontent-");
    for (auto found = at; found != std::string::npos; found = head.find("ontent-", found + 1))
        if (head.compare(found, 15, "ontent-Length: ") == 0 ||
            head.compare(found, 15, "ontent-length: ") == 0)
            return std::stoul(head.substr(found + 15));
    return 0;
}

// Reads one message: head, then as many bytes as it announces (or up to the end, for an answer without it).
inline std::string read_message(int socket, bool until_end)
{
    std::string text;
    char buffer[65536];
    for (;;)
    {
        const auto end = text.find("\r\n\r\n");
        if (end != std::string::npos && !until_end &&
            text.size() >= end + 4 + body_length(text.substr(0, end + 2)))
            return text.substr(end + 4);
        const auto got = recv(socket, buffer, sizeof buffer, 0);
        if (got <= 0)
            return end == std::string::npos ? std::string{} : text.substr(end + 4);
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

inline void send_all(int socket, const std::string& text)
{
    std::size_t sent = 0;
    while (sent < text.size())
    {
        const auto n = send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        sent += static_cast<std::size_t>(n);
    }
}
inline FakeEndpoint::FakeEndpoint(Handler handler)
    : handler_{std::move(handler)}
    , listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    auto address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 64), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

inline FakeEndpoint::~FakeEndpoint()
{
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR); // wakes accept
    thread_.join();
    close(listener_);
}

inline void FakeEndpoint::serve()
{
    while (!stopping_)
    {
        const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0)
            continue;
        const timeval patience{2, 0};
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const auto body = read_message(peer, false);
        if (!body.empty())
        {
            ++requests_;
            send_all(peer, handler_(body));
        }
        close(peer);
    }
}

inline std::string ok(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string post(std::uint16_t port, const std::string& body)
{
    const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    std::string answer;
    if (connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    {
        send_all(peer, "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: "
                       "close\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
        answer = read_message(peer, false);
    }
    close(peer);
    return answer;
}

inline std::uint16_t free_port()
{
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    close(probe);
    return ntohs(address.sin_port);
}
} // namespace dmid::chain::testing
