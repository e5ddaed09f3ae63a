// SPDX-License-Identifier: Apache-2.0
#include "prepared_requests.hpp"

#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "frame.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace dmid::bench
{
namespace
{
void send_all(int socket, std::string_view bytes)
{
    while (!bytes.empty())
    {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            die("the server closed a connection");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// Reads one answer with a Content-Length.
std::string read_answer(int socket)
{
    std::string answer;
    std::size_t wanted = 0;
    std::array<char, 8192> piece;
    while (wanted == 0 || answer.size() < wanted)
    {
        const auto got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got <= 0)
            die("the server closed a connection instead of answering");
        answer.append(piece.data(), static_cast<std::size_t>(got));
        const auto end = answer.find("\r\n\r\n");
        if (wanted != 0 || end == std::string::npos)
            continue;
        constexpr std::string_view kLength = "Content-Length: ";
        const auto at = answer.find(kLength);
        if (at == std::string::npos)
            die("an answer without a length: " + answer);
        std::size_t length = 0;
        std::from_chars(answer.data() + at + kLength.size(), answer.data() + answer.size(), length);
        wanted = end + 4 + length;
    }
    return answer;
}
} // namespace

PreparedRequests::PreparedRequests(model::Identity to, std::size_t senders, std::size_t text)
    : to_{to}
    , text_(text, 'x')
{
    for (std::size_t i = 0; i < senders; ++i)
    {
        const auto name = "bench wallet " + std::to_string(i);
        senders_.emplace_back(crypto::sha256(as_bytes(name)).bytes);
    }
}

seal::SignedText PreparedRequests::message(std::size_t sender, std::uint64_t nonce, UnixTime now) const
{
    seal::SignedText out;
    out.to = to_;
    out.text = text_;
    for (std::size_t i = 0; i < 8; ++i)
        out.nonce.bytes[i] = static_cast<std::uint8_t>(nonce >> 8 * i);
    out.sent_at = now;
    out.deadline = now + 3600;
    const auto digest = seal::signed_text_digest(out).value();
    out.signature = crypto::sign_ecdsa(digest, senders_.at(sender)).value();
    return out;
}

Address PreparedRequests::address(std::size_t sender) const
{
    return crypto::address_of(senders_.at(sender)).value();
}

std::vector<std::string> PreparedRequests::bodies(std::size_t count, UnixTime now)
{
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i, ++next_)
        out.push_back(seal::to_json(message(next_ % senders_.size(), next_, now)));
    return out;
}

std::vector<std::string> PreparedRequests::make(std::size_t count, UnixTime now)
{
    auto out = bodies(count, now);
    for (auto& body : out)
        body = "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
               "Content-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    return out;
}

Client::Client(std::uint16_t port, std::size_t connections)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < connections; ++i)
    {
        const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            die("cannot connect");
        const int on = 1;
        ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets_.push_back(made);
    }
}

Client::~Client()
{
    for (const int one : sockets_)
        ::close(one);
}

void Client::exchange(const std::vector<std::string>& requests, const std::string& status)
{
    const auto wanted = "HTTP/1.1 " + status;
    for (std::size_t first = 0; first < requests.size(); first += sockets_.size())
    {
        const auto count = std::min(sockets_.size(), requests.size() - first);
        for (std::size_t i = 0; i < count; ++i)
            send_all(sockets_[i], requests[first + i]);
        for (std::size_t i = 0; i < count; ++i)
        {
            const auto answer = read_answer(sockets_[i]);
            if (!answer.starts_with(wanted))
                die("expected " + status + ", got: " + answer);
        }
    }
}
} // namespace dmid::bench
