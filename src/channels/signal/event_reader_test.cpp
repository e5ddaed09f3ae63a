// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/event_reader.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::signal
{
namespace
{
const std::string kHead = "HTTP/1.1 200 OK\r\nDate: x\r\ncontent-type: text/event-stream\r\n";
const std::string kChunked = kHead + "Transfer-encoding: chunked\r\n\r\n";

std::vector<ServerEvent> all_of(EventReader& reader)
{
    std::vector<ServerEvent> out;
    while (auto event = reader.next())
        out.push_back(std::move(*event));
    return out;
}
std::string chunk(const std::string& text)
{
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
}
} // namespace

TEST(SignalEvents, ReadsThemHoweverTheyAreCut)
{
    const auto bytes = kChunked + chunk(":\n") + chunk("id:17-1\nevent:receive\nda") +
                       chunk("ta:{\"a\":1}\n\n") + chunk("id: 17-2\r\ndata: x\r\ndata: y\r\n\r\ndata\n\n") +
                       "0\r\n\r\n";
    for (std::size_t step = 1; step <= bytes.size(); ++step)
    {
        EventReader reader;
        for (std::size_t at = 0; at < bytes.size(); at += step)
            ASSERT_TRUE(reader.feed(std::string_view{bytes}.substr(at, step)));
        const auto events = all_of(reader);
        ASSERT_EQ(events.size(), 3U) << step;
        EXPECT_EQ(events[0].id, "17-1");
        EXPECT_EQ(events[0].event, "receive");
        EXPECT_EQ(events[0].data, "{\"a\":1}");
        EXPECT_EQ(events[1].data, "x\ny");
        EXPECT_EQ(events[2].id, "17-2") << "the last id stays";
        EXPECT_TRUE(reader.over());
    }
}

TEST(SignalEvents, ReadsAStreamWithoutChunks)
{
    EventReader reader;
    ASSERT_TRUE(reader.feed(kHead + "\r\ndata:x\n\nunfinished"));
    EXPECT_EQ(all_of(reader).size(), 1U);
    EXPECT_FALSE(reader.over());
}

TEST(SignalEvents, RefusesOtherAnswers)
{
    const auto error = [](const std::string& bytes)
    {
        EventReader reader;
        const auto fed = reader.feed(bytes);
        return fed ? Errc::internal_bug : fed.error().code;
    };
    EXPECT_EQ(error("* OK IMAP4rev1\r\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error("HTTP/1.1 400 Bad\r\n\r\n"), Errc::channel_refused);
    EXPECT_EQ(error("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error("HTTP/1.1\n\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error(kChunked + "zz\r\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error(kChunked + "1\r\nabc\r\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error(kChunked + "fffffffffffffffff\r\n"), Errc::channel_peer_protocol);
    EXPECT_EQ(error(kHead + "X: " + std::string(20'000, 'x')), Errc::channel_peer_protocol);
    EXPECT_EQ(error(kChunked + std::string(300, '0')), Errc::channel_peer_protocol);
}

TEST(SignalEvents, DropsTheDataOfOneThatIsTooLargeAndGoesOn)
{
    EventReader reader;
    ASSERT_TRUE(reader.feed(kHead + "\r\nid:1\ndata:"));
    const std::string much(1U << 20U, 'x');
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(reader.feed(much));
    ASSERT_TRUE(reader.feed("\n\nid:2\ndata:y\n\n"));
    const auto events = all_of(reader);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_TRUE(events[0].too_large);
    EXPECT_EQ(events[0].data, "");
    EXPECT_EQ(events[0].id, "1");
    EXPECT_EQ(events[1].data, "y");
    EXPECT_FALSE(events[1].too_large);
}
} // namespace dmid::channels::signal
