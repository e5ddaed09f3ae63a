// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"
#include "channels/sms/segments.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dmid::channels::sms
{
namespace
{
std::string repeated(std::string_view text, std::size_t times)
{
    std::string out;
    while (times-- > 0)
        out += text;
    return out;
}

std::string joined(const Segments& segments, DefaultAlphabet alphabet)
{
    std::string out;
    for (const auto& segment : segments.parts)
    {
        const auto rest =
            segment.has_header ? read_user_data(segment.user_data).value().rest : segment.user_data;
        out += decode_text(rest, static_cast<std::uint8_t>(segments.coding), alphabet).value();
    }
    return out;
}

std::size_t parts_of(std::string_view text, bool wide = false,
                     DefaultAlphabet alphabet = DefaultAlphabet::gsm7)
{
    const auto segments = split_text(text, alphabet, 7, wide, 255);
    EXPECT_TRUE(segments);
    EXPECT_EQ(joined(*segments, alphabet), text);
    return segments->parts.size();
}

TEST(Segments, AsManyAsTheAlphabetNeedsAndNoMore)
{
    EXPECT_EQ(parts_of(""), 1U);
    EXPECT_EQ(parts_of(repeated("a", 160)), 1U);
    EXPECT_EQ(parts_of(repeated("a", 161)), 2U);
    EXPECT_EQ(parts_of(repeated("a", 306)), 2U) << "twice 153";
    EXPECT_EQ(parts_of(repeated("a", 307)), 3U);
    EXPECT_EQ(parts_of(repeated("a", 305), true), 3U) << "152 with a wide reference";
    EXPECT_EQ(parts_of(repeated("你", 70)), 1U);
    EXPECT_EQ(parts_of(repeated("你", 134)), 2U) << "twice 67";
    EXPECT_EQ(parts_of(repeated("你", 135)), 3U);
    EXPECT_EQ(parts_of(repeated("你", 133), true), 3U) << "66 with a wide reference";
    EXPECT_EQ(parts_of(repeated("é", 140), false, DefaultAlphabet::latin1), 1U);
    EXPECT_EQ(parts_of(repeated("é", 269), false, DefaultAlphabet::latin1), 3U) << "134 each";
}

TEST(Segments, NothingThatBelongsTogetherIsCutInTwo)
{
    // The extension's escape would be the 153rd septet.
    const auto euros =
        split_text(repeated("a", 152) + repeated("€", 20), DefaultAlphabet::gsm7, 7, false, 9).value();
    EXPECT_EQ(euros.parts[0].user_data.size(), 6U + 152U);
    // A pair would stand across the 67th unit.
    const auto owls =
        split_text(repeated("你", 66) + "🦉" + repeated("你", 9), DefaultAlphabet::gsm7, 7, false, 9)
            .value();
    EXPECT_EQ(owls.parts[0].user_data.size(), 6U + 132U);
    // A letter and its marks.
    const auto marks = split_text(repeated("你", 66) + "e\u0301\u0302" + repeated("你", 9),
                                  DefaultAlphabet::gsm7, 7, false, 9)
                           .value();
    EXPECT_EQ(marks.parts[0].user_data.size(), 6U + 132U);
}

TEST(Segments, TooManyAreRefusedInsteadOfCut)
{
    EXPECT_EQ(split_text(repeated("a", 153 * 3 + 1), DefaultAlphabet::gsm7, 7, false, 3).error().code,
              Errc::channel_too_large);
    EXPECT_EQ(split_text(repeated("e\u0301", 40'000), DefaultAlphabet::gsm7, 7, false, 255).error().code,
              Errc::channel_too_large);
}

TEST(Segments, HeadersAreTheStandards)
{
    const auto narrow = split_text(repeated("a", 161), DefaultAlphabet::gsm7, 0x1234, false, 9).value();
    EXPECT_EQ(to_hex(ByteView{narrow.parts[1].user_data}.first(6)), "050003340202");
    const auto wide = split_text(repeated("a", 161), DefaultAlphabet::gsm7, 0x1234, true, 9).value();
    EXPECT_EQ(to_hex(ByteView{wide.parts[1].user_data}.first(7)), "06080412340202");
}

TEST(Segments, ForeignHeadersAreReadAndImpossibleOnesRefused)
{
    // An application port (05), then a part; what is unknown is passed over.
    const auto read = read_user_data(from_hex("0b0504158a000000032a030241").value());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->part, (Part{0x2a, false, 3, 2}));
    EXPECT_EQ(as_text(read->rest), "A");
    for (const auto* hex :
         {"", "05", "0500032a0300", "0500032a0304", "0500022a03", "03000442", "05000441420102"})
        EXPECT_FALSE(read_user_data(from_hex(hex).value())) << hex;
}

TEST(Segments, CodingsWithoutTextHaveNone)
{
    EXPECT_EQ(decode_text(Bytes{1, 2}, 4, DefaultAlphabet::gsm7), std::nullopt);
    EXPECT_EQ(decode_text(Bytes{1, 2}, 0xf5, DefaultAlphabet::gsm7), std::nullopt);
    EXPECT_EQ(decode_text(Bytes{0x41}, 0xf1, DefaultAlphabet::gsm7), "A") << "class 1, default alphabet";
}

RC_GTEST_PROP(Segments, ArbitraryTextsComeBackWhole,
              (const std::vector<std::uint32_t>& drawn, bool wide, bool latin))
{
    std::string text;
    for (const auto c : drawn)
        append_utf8(text, static_cast<char32_t>(c % 5 == 0 ? c % 0x110000 : c % 0x180));
    const auto alphabet = latin ? DefaultAlphabet::latin1 : DefaultAlphabet::gsm7;
    const auto segments = split_text(text, alphabet, 1, wide, 255);
    RC_ASSERT(segments.has_value());
    RC_ASSERT(joined(*segments, alphabet) == text);
    for (const auto& segment : segments->parts)
        RC_ASSERT(segment.user_data.size() <= 160U);
}
} // namespace
} // namespace dmid::channels::sms
