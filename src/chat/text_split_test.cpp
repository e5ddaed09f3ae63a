// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "chat/text_split.hpp"

#include <conformance/any_text.hpp>
#include <gtest/gtest.h>

#include <numeric>

namespace dmid::chat
{
namespace
{
std::string joined(const std::vector<std::string>& pieces)
{
    return std::accumulate(pieces.begin(), pieces.end(), std::string{});
}
std::vector<std::string> split_units(std::string_view text, std::size_t room)
{
    return split_text(text, room, Unit::utf16);
}
std::vector<std::string> split_bytes(std::string_view text, std::size_t room)
{
    return split_text(text, room, Unit::byte);
}
} // namespace

TEST(ChatSplit, CountsUtf16)
{
    EXPECT_EQ(utf16_units(""), 0U);
    EXPECT_EQ(utf16_units("abc"), 3U);
    EXPECT_EQ(utf16_units("Grüße"), 5U);
    EXPECT_EQ(utf16_units("你好"), 2U);
    EXPECT_EQ(utf16_units("🦉"), 2U);
}

TEST(ChatSplit, LeavesAloneWhatFits)
{
    EXPECT_EQ(split_units("", 16), std::vector<std::string>{""});
    EXPECT_EQ(split_bytes("", 16), std::vector<std::string>{""});
    EXPECT_EQ(split_units("0123456789abcdef", 16).size(), 1U);
    EXPECT_EQ(split_units(std::string(16, '\n'), 16).size(), 1U);
    EXPECT_EQ(split_units("🦉🦉🦉🦉🦉🦉🦉🦉", 16).size(), 1U) << "32 bytes, and 16 units";
}

TEST(ChatSplit, CutsAtTheBestPlaceOfTheLastQuarter)
{
    EXPECT_EQ(split_units("aaaaaaaaaaaaa b\n\nc d", 18).front(), "aaaaaaaaaaaaa b\n\n");
    EXPECT_EQ(split_units("aaaaaaaaaaaaa b\nc d e", 18).front(), "aaaaaaaaaaaaa b\n");
    EXPECT_EQ(split_units("aaaaaaaaaaaa b. cc ddd", 18).front(), "aaaaaaaaaaaa b. ");
    EXPECT_EQ(split_units("aaaaaaaaaaaaa bb cccccc", 18).front(), "aaaaaaaaaaaaa bb ");
    EXPECT_EQ(split_units("a b\n\n" + std::string(20, 'c'), 16).front(), "a b\n\n" + std::string(11, 'c'))
        << "too early a cut would waste the message";
}

TEST(ChatSplit, KeepsCharactersWithTheirMarksTogether)
{
    const std::string flag = "🇩🇪";
    EXPECT_EQ(split_units(std::string(13, 'a') + flag + "b", 16).front(), std::string(13, 'a'));
    EXPECT_EQ(split_units(std::string(12, 'a') + flag + flag, 16).front(), std::string(12, 'a') + flag);
    EXPECT_EQ(split_units(std::string(15, 'a') + "e\u0301b", 16).front(), std::string(15, 'a'));
    EXPECT_EQ(split_units(std::string(13, 'a') + "👍🏽b", 16).front(), std::string(13, 'a'));
    EXPECT_EQ(split_units(std::string(14, 'a') + "\u2764\u200d\U0001f525", 16).front(), std::string(14, 'a'));
    EXPECT_EQ(split_units(std::string(15, 'a') + "\r\nb", 16).front(), std::string(15, 'a'));
}

TEST(ChatSplit, CutsAnEndlessCharacterAnyway)
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "\u0301";
    const auto pieces = split_units(text, 16);
    EXPECT_EQ(pieces.size(), 7U);
    EXPECT_EQ(joined(pieces), text);
}

TEST(ChatSplit, CountsBytesWhereThePlatformDoes)
{
    EXPECT_EQ(split_bytes("🦉🦉🦉🦉🦉", 16).size(), 2U) << "20 bytes";
    EXPECT_EQ(split_bytes("aaaaaaaaaaaa b. cc ddd", 18).front(), "aaaaaaaaaaaa b. ");
    EXPECT_EQ(split_bytes(std::string(12, 'a') + "\n\nb cccc", 16).front(), std::string(12, 'a') + "\n\n");
    EXPECT_EQ(split_bytes(std::string(13, 'a') + "e\u0301b", 16).front(), std::string(13, 'a') + "e\u0301");
    EXPECT_EQ(split_bytes(std::string(14, 'a') + "e\u0301b", 16).front(), std::string(14, 'a'));
}

TEST(ChatSplit, LosesNothingOfAnyText)
{
    EXPECT_TRUE(rc::check(
        [](std::uint8_t extra, bool bytes)
        {
            const auto text = conformance::any_text();
            const std::size_t room = 16U + extra;
            const auto pieces = bytes ? split_bytes(text, room) : split_units(text, room);
            RC_ASSERT(joined(pieces) == text);
            for (std::size_t i = 0; i < pieces.size(); ++i)
            {
                RC_ASSERT(is_utf8(pieces[i]));
                const auto units = bytes ? pieces[i].size() : utf16_units(pieces[i]);
                RC_ASSERT(units <= room);
                RC_ASSERT(i + 1 == pieces.size() || units + 4 > room - room / 4);
            }
        }));
}
} // namespace dmid::chat
