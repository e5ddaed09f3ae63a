// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.hpp"
#include "net/line_stream.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dmid::net
{
namespace
{
using testing::RawSocket;
using testing::ScriptedPeer;

Task<Result<LineStream>> dial(std::uint16_t port, LineEnd line_end)
{
    const Dialer dialer;
    DMID_CO_TRY(auto stream,
                co_await dialer.dial_host("127.0.0.1", port, Guard::configured, deadline_in(Millis{2000})));
    co_return LineStream{std::move(stream), line_end};
}

Task<Result<std::vector<std::string>>> read_lines(std::uint16_t port, LineEnd line_end, std::size_t n)
{
    DMID_CO_TRY(auto lines, co_await dial(port, line_end));
    lines.expires_after(Millis{300});
    std::vector<std::string> out;
    while (out.size() < n)
    {
        DMID_CO_TRY(auto line, co_await lines.read_line(10));
        out.push_back(std::move(line));
    }
    co_return out;
}

ScriptedPeer::Script sending(std::string text)
{
    return [text](const RawSocket& socket)
    {
        for (const char c : text)
            socket.send(std::string_view{&c, 1});
    };
}

Errc refusal(std::string text, LineEnd line_end, std::size_t n = 1)
{
    const ScriptedPeer peer{sending(std::move(text))};
    const auto lines = run_blocking(read_lines(peer.port(), line_end, n));
    return lines ? Errc::internal_bug : lines.error().code;
}
} // namespace

TEST(LineStream, ReadsLinesHoweverTheyArrive)
{
    const ScriptedPeer peer{sending("one\r\n\r\n0123456789\r\nbare\n")};
    const auto lines = run_blocking(read_lines(peer.port(), LineEnd::lenient, 4));
    ASSERT_TRUE(lines) << to_string(lines.error());
    EXPECT_EQ(*lines, (std::vector<std::string>{"one", "", "0123456789", "bare"}));
}

TEST(LineStream, StrictLinesEndWithBoth)
{
    EXPECT_EQ(refusal("bare\n", LineEnd::crlf_only), Errc::net_protocol);
    EXPECT_EQ(refusal("a\rb\r\n", LineEnd::crlf_only), Errc::net_protocol);
    EXPECT_EQ(refusal("fine\r\n", LineEnd::crlf_only), Errc::internal_bug);
}

TEST(LineStream, LinesHaveALimitAndAnEnd)
{
    EXPECT_EQ(refusal("01234567890\r\n", LineEnd::lenient), Errc::net_too_large);
    EXPECT_EQ(refusal(std::string(100, 'x'), LineEnd::lenient), Errc::net_too_large);
    EXPECT_EQ(refusal("cut", LineEnd::lenient), Errc::net_closed);
    EXPECT_EQ(refusal("one\r\n", LineEnd::lenient, 2), Errc::net_closed);
}

TEST(LineStream, ReadsExactlyWhatIsAskedForAfterALine)
{
    const ScriptedPeer peer{sending("5\r\n12345rest\r\n")};
    const auto read = [&]() -> Task<Result<std::string>>
    {
        DMID_CO_TRY(auto lines, co_await dial(peer.port(), LineEnd::crlf_only));
        DMID_CO_TRY(co_await lines.read_line(10));
        DMID_CO_TRY(auto five, co_await lines.read_exact(5));
        DMID_CO_TRY(auto rest, co_await lines.read_line(10));
        co_return std::string{as_text(five)} + "|" + rest;
    };
    EXPECT_EQ(*run_blocking(read()), "12345|rest");
}

TEST(LineStream, RefusesPlainBytesAheadOfTls)
{
    const ScriptedPeer peer{[](const RawSocket& socket)
                            {
                                socket.send("220 go\r\n250 injected\r\n");
                                socket.read_until("");
                            }};
    const auto upgrade = [&]() -> Task<Result<>>
    {
        DMID_CO_TRY(auto lines, co_await dial(peer.port(), LineEnd::lenient));
        DMID_CO_TRY(co_await lines.read_line(100));
        co_return co_await lines.start_tls_client(*make_tls_client(), "localhost");
    };
    const auto result = run_blocking(upgrade());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::net_protocol);
}

TEST(LineStream, TimesOutOnASilentPeer)
{
    const ScriptedPeer peer{[](const RawSocket& socket) { socket.read_until(""); }};
    const auto lines = run_blocking(read_lines(peer.port(), LineEnd::lenient, 1));
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().code, Errc::net_timeout);
}
} // namespace dmid::net
