// SPDX-License-Identifier: Apache-2.0
#include "model/number.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dmid::model
{
namespace
{
TEST(Number, ReadsWhatPeopleWrite)
{
    for (const auto* text : {"8312345678901210", "8312 3456 7890 1210", " 8312-3456-7890-1210 ",
                             "8312.3456.7890.1210", "8312\u00A03456\u202F7890\u30001210",
                             "8312\u20133456\u20117890\u22121210", "\uFF18\uFF13\uFF11\uFF12 3456 7890 1210"})
    {
        const auto number = Number::parse(text);
        ASSERT_TRUE(number) << text;
        EXPECT_EQ(number->value(), 8312345678901210U);
        EXPECT_EQ(number->payload(), 123456789012U);
        EXPECT_EQ(number->in_fours(), "8312 3456 7890 1210");
        EXPECT_EQ(number->in_fours('-'), "8312-3456-7890-1210");
        EXPECT_EQ(number->digits(), "8312345678901210");
    }
}

TEST(Number, NamesTheReasonOfARefusal)
{
    const auto code = [](std::string_view text) { return Number::parse(text).error().code; };
    EXPECT_EQ(code("+8312345678901210"), Errc::number_character);
    EXPECT_EQ(code("83123456\uFF0B78901210"), Errc::number_character);
    EXPECT_EQ(code("8312x345678901210"), Errc::number_character);
    EXPECT_EQ(code("8312\xEF\xBC"), Errc::number_character);
    EXPECT_EQ(code("\xFF"), Errc::number_character);
    EXPECT_EQ(code(""), Errc::number_length);
    EXPECT_EQ(code("831234567890121"), Errc::number_length);
    EXPECT_EQ(code("83123456789012100"), Errc::number_length);
    EXPECT_EQ(code(std::string(129, ' ')), Errc::number_length);
    EXPECT_EQ(code("8412345678901210"), Errc::number_prefix);
    EXPECT_EQ(code("8312345678901211"), Errc::number_checksum);
}

TEST(Number, CatchesEveryWrongDigitAndEverySwapOfNeighbours)
{
    std::mt19937_64 random{83};
    for (int round = 0; round < 300; ++round)
    {
        const auto right = Number::from_payload(random() % Number::kPayloads)->digits();
        ASSERT_TRUE(Number::parse(right));
        for (std::size_t i = 0; i < right.size(); ++i)
        {
            for (char c = '0'; c <= '9'; ++c)
            {
                auto wrong = right;
                wrong[i] = c;
                EXPECT_EQ(Number::parse(wrong).has_value(), wrong == right) << wrong;
            }
            auto swapped = right;
            std::swap(swapped[i], swapped[(i + 1) % right.size()]);
            EXPECT_EQ(Number::parse(swapped).has_value(), swapped == right) << swapped;
        }
    }
}

TEST(Number, HasOneSpellingPerPayload)
{
    // 8300000000000083 would be the payload 0; look for payloads whose check digits are at the borders.
    int seen = 0;
    for (std::uint64_t payload = 0; payload < 97; ++payload)
    {
        const auto number = Number::from_payload(payload).value();
        const auto check = number.value() % 100;
        EXPECT_TRUE(check >= 2 && check <= 98);
        if (check != 97 && check != 98 && check != 2)
            continue;
        ++seen;
        const auto twin = check == 2 ? number.value() + 97 : number.value() - 97;
        EXPECT_EQ(twin % 97, 1U);
        EXPECT_EQ(Number::from_value(twin).error().code, Errc::number_checksum);
    }
    EXPECT_EQ(seen, 3);
    EXPECT_EQ(Number::from_payload(Number::kPayloads).error().code, Errc::number_length);
}

TEST(Number, StaysBelowTheIntegersThatAJsonNumberHolds)
{
    EXPECT_LT(Number::from_payload(Number::kPayloads - 1)->value(), 1ULL << 53U);
    EXPECT_EQ(Number::from_value(18'446'744'073'709'551'615U).error().code, Errc::number_length);
}

TEST(Tail, IsSixDigits)
{
    EXPECT_EQ(Tail::parse("004819")->digits(), "004819");
    EXPECT_EQ(Tail::parse("004819")->value(), 4819U);
    for (const auto* text : {"", "48192", "4819200", "48192a", "+48192"})
        EXPECT_EQ(Tail::parse(text).error().code, Errc::number_extension) << text;
    EXPECT_FALSE(Tail::from_value(1'000'000));
}
} // namespace
} // namespace dmid::model
