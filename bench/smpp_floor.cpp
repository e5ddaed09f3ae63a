// SPDX-License-Identifier: Apache-2.0
#include "smpp_floor.hpp"

#include "base/bytes.hpp"
#include "frame.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

// SMPP 3.4 by hand (§3.2, §4.1, §4.4), sharing no code with the channel.
namespace dmid::bench
{
namespace
{
constexpr std::size_t kHeader = 16;

void put(Bytes& out, std::uint32_t value)
{
    for (unsigned shift = 32; shift > 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
}

Bytes pdu(std::uint32_t command, std::string_view body)
{
    Bytes out;
    put(out, static_cast<std::uint32_t>(kHeader + body.size()));
    put(out, command);
    put(out, 0);
    put(out, 1);
    append(out, as_bytes(body));
    return out;
}

void set_sequence(Bytes& pdu, std::uint32_t sequence)
{
    for (unsigned i = 0; i < 4; ++i)
        pdu[12 + i] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
}

class Line
{
public:
    explicit Line(std::uint16_t port)
        : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
            ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
            die("no connection to the service");
    }
    ~Line() { ::close(fd_); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void send(ByteView bytes) const
    {
        while (!bytes.empty())
        {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                die("the service hung up");
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        }
    }
    /// Answers that came, at least one; dies where one is no yes.
    std::size_t answers()
    {
        std::size_t out = 0;
        while (out == 0)
        {
            const auto got = ::recv(fd_, room_.data() + held_, room_.size() - held_, 0);
            if (got <= 0)
                die("the service hung up");
            held_ += static_cast<std::size_t>(got);
            std::size_t at = 0;
            for (std::size_t length = 0; held_ - at >= kHeader && (length = number(at)) <= held_ - at;
                 at += length)
            {
                if (number(at + 8) != 0)
                    die("the service refused a message");
                ++out;
            }
            std::memmove(room_.data(), room_.data() + at, held_ - at);
            held_ -= at;
        }
        return out;
    }

private:
    std::size_t number(std::size_t at) const
    {
        return std::size_t{room_[at]} << 24U | std::size_t{room_[at + 1]} << 16U |
               std::size_t{room_[at + 2]} << 8U | room_[at + 3];
    }
    int fd_;
    std::array<std::uint8_t, 65536> room_{};
    std::size_t held_ = 0;
};
} // namespace

double submit_as_little(std::uint16_t port, std::size_t count, std::size_t window)
{
    using namespace std::string_view_literals;
    Line line{port};
    line.send(pdu(0x00000002, "node\0s3cret\0\0\x34\0\0\0"sv)); // bind_transmitter
    (void)line.answers();
    // submit_sm: no service type, source and destination, plain, a receipt asked for, 40 characters.
    auto message = pdu(0x00000004, "\0\1\1004930123456\0\1\1004915112345678\0\0\0\0\0\0\1\0\0\0\50"
                                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"sv);
    const auto begin = std::chrono::steady_clock::now();
    std::size_t sent = 0;
    std::size_t answered = 0;
    Bytes batch;
    while (answered < count)
    {
        batch.clear();
        for (; sent < count && sent - answered < window; ++sent)
        {
            set_sequence(message, static_cast<std::uint32_t>(sent + 2));
            append(batch, message);
        }
        line.send(batch);
        answered += line.answers();
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
} // namespace dmid::bench
