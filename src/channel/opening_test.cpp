// SPDX-License-Identifier: Apache-2.0
#include "channel/opening.hpp"

#include <gtest/gtest.h>

namespace dmid::channel
{
namespace
{
using Kind = Opening::Kind;
const auto kNumber = model::Number::from_value(8312345678901210).value();

TEST(Opening, ANumberInAnySpacingIsTakenOffTheMessage)
{
    for (const std::string written :
         {"8312 3456 7890 1210", "8312345678901210", "8312-3456-7890-1210", "8312.3456.7890.1210",
          "8312\xC2\xA0"
          "3456\xC2\xA0"
          "7890\xC2\xA0"
          "1210",
          "８３１２ ３４５６ ７８９０ １２１０"})
        for (const std::string between : {" ", ": ", "\n", ", ", " \n\n"})
        {
            const auto opening = read_opening("  " + written + between + "hello 12 \xF0\x9F\xA6\x89 ");
            ASSERT_EQ(opening.kind, Kind::number) << written;
            EXPECT_EQ(opening.number, kNumber);
            EXPECT_FALSE(opening.ext);
            EXPECT_EQ(opening.text, "hello 12 \xF0\x9F\xA6\x89");
        }
}

TEST(Opening, ANumberAloneHasNoMessage)
{
    const auto opening = read_opening("8312 3456 7890 1210");
    EXPECT_EQ(opening.kind, Kind::number);
    EXPECT_EQ(opening.text, "");
}

TEST(Opening, ATailStandsBehindItsNumber)
{
    for (const std::string written :
         {"8312 3456 7890 1210+481920 hi", "8312345678901210 ext 481920 hi",
          "8312 3456 7890 1210;ext=481920 hi", "8312 3456 7890 1210 Ext. 481920: hi"})
    {
        const auto opening = read_opening(written);
        ASSERT_EQ(opening.kind, Kind::number) << written;
        ASSERT_TRUE(opening.ext) << written;
        EXPECT_EQ(opening.ext->digits(), "481920");
        EXPECT_EQ(opening.text, "hi");
    }
    EXPECT_EQ(read_opening("8312 3456 7890 1210+48192 hi").kind, Kind::wrong);
    EXPECT_EQ(read_opening("8312 3456 7890 1210 external help").text, "external help");
}

TEST(Opening, LinksAndIdentifiersNameANumberToo)
{
    for (const std::string written :
         {"did:dmid:8312345678901210 hi", "DID:dmid:8312345678901210 hi",
          "tel:8312-3456-7890-1210;phone-context=dmid.alt hi", "https://node.example/n/8312345678901210 hi",
          "https://node.example/n/8312345678901210/ hi"})
    {
        const auto opening = read_opening(written);
        ASSERT_EQ(opening.kind, Kind::number) << written;
        EXPECT_EQ(opening.number, kNumber);
        EXPECT_EQ(opening.text, "hi");
    }
    EXPECT_EQ(read_opening("did:dmid:8312345678901211 hi").kind, Kind::wrong);
    EXPECT_EQ(read_opening("https://node.example/about hi").kind, Kind::none);
}

TEST(Opening, WhatWasMeantAsANumberAndIsNoneIsNeverGuessed)
{
    const auto slipped = read_opening("8312 3456 7890 1211 hello");
    EXPECT_EQ(slipped.kind, Kind::wrong);
    EXPECT_EQ(slipped.why, Errc::number_checksum);
    EXPECT_EQ(slipped.text, "8312 3456 7890 1211 hello");
    for (const std::string written :
         {"8312 3456 7890 121 hello", "83123456789012101 hi", "8312 3456 7890 12100"})
    {
        EXPECT_EQ(read_opening(written).kind, Kind::wrong) << written;
        EXPECT_EQ(read_opening(written).why, Errc::number_length) << written;
    }
    EXPECT_EQ(read_opening("8312345678901210 0").text, "0");
}

TEST(Opening, SeveralNumbersMustBeAskedAbout)
{
    EXPECT_EQ(read_opening("8312 3456 7890 1210 8300 0000 0000 0064 hi").kind, Kind::several);
    EXPECT_EQ(read_opening("8312 3456 7890 1210, 8300 0000 0000 0064: hi").kind, Kind::several);
    EXPECT_EQ(read_opening("8312 3456 7890 1210 8300 0000 0000 0065").kind, Kind::several);
    const auto later = read_opening("8312 3456 7890 1210 call me at 8300 0000 0000 0064");
    EXPECT_EQ(later.kind, Kind::number);
    EXPECT_EQ(later.text, "call me at 8300 0000 0000 0064");
}

TEST(Opening, OtherBeginningsBelongToWhatWasSaidBefore)
{
    for (const std::string text : {"", " ", "hello", "12 eggs", "4111 1111 1111 1111 is a card",
                                   "+49 151 23456789", "83", "831234 is my code", "alice.eth is a name",
                                   "@alice hi", "e.g. this", "...", "2026-11-28 12:30", "\xff\xfe"})
    {
        const auto opening = read_opening(text);
        EXPECT_EQ(opening.kind, Kind::none) << text;
    }
    EXPECT_EQ(read_opening(" hello ").text, "hello");
}

TEST(Opening, ANameIsAddressedByAnAtOrAColon)
{
    for (const std::string written : {"@Alice.eth hi", "alice.eth: hi", "@alice.eth: hi", "@alice.eth, hi"})
    {
        const auto opening = read_opening(written);
        ASSERT_EQ(opening.kind, Kind::name) << written;
        EXPECT_EQ(opening.name, "alice.eth");
        EXPECT_EQ(opening.text, "hi");
    }
}

TEST(Opening, ALongMessageStaysWhole)
{
    std::string text(3000, 'x');
    for (std::size_t i = 0; i < text.size(); i += 7)
        text.replace(i, 4, "\xF0\x9F\xA6\x89");
    const auto opening = read_opening("8312 3456 7890 1210 " + text);
    EXPECT_EQ(opening.kind, Kind::number);
    EXPECT_EQ(opening.text, text);
}
} // namespace
} // namespace dmid::channel
