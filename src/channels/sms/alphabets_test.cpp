// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"
#include "channels/sms/alphabets.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dmid::channels::sms
{
namespace
{
TEST(Gsm7, CarriesItsOwnAlphabetThereAndBack)
{
    const std::string all =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
        "abcdefghijklmnopqrstuvwxyzäöñüà";
    const auto septets = to_gsm7(all);
    ASSERT_TRUE(septets);
    EXPECT_EQ(septets->size(), 127U) << "one septet each, all but the escape";
    EXPECT_EQ(from_gsm7(*septets), all);
}

TEST(Gsm7, ACharacterOfTheExtensionIsTwoSeptets)
{
    const auto septets = to_gsm7("\f^{}\\[~]|€");
    ASSERT_TRUE(septets);
    EXPECT_EQ(to_hex(*septets), "1b0a1b141b281b291b2f1b3c1b3d1b3e1b401b65");
    EXPECT_EQ(from_gsm7(*septets), "\f^{}\\[~]|€");
}

TEST(Gsm7, TheSpaceIsNotTheEscapesPlace)
{
    EXPECT_EQ(to_hex(to_gsm7(" ").value()), "20");
}

TEST(Gsm7, WhatItLacksIsRefusedAndNotReplaced)
{
    for (const auto* text : {"ç", "`", "你", "🦉", "\t", "e\u0301"})
        EXPECT_FALSE(to_gsm7(text)) << text;
}

TEST(Gsm7, AnUnknownEscapeShowsTheBasicCharacterAndALoneOneASpace)
{
    EXPECT_EQ(from_gsm7(Bytes{0x1b, 0x41}), "A");
    EXPECT_EQ(from_gsm7(Bytes{0x41, 0x1b}), "A ");
    EXPECT_EQ(from_gsm7(Bytes{0x80}), "\ufffd");
}

TEST(Gsm7, PackedSeptetsAreUnpacked)
{
    // 3GPP TS 23.038 §6.1.2.1: "hellohello" is e8329bfd4697d9ec37.
    EXPECT_EQ(from_gsm7(unpack_septets(from_hex("e8329bfd4697d9ec37").value(), 0)), "hellohello");
    // Behind a header of six octets come one bit of fill, then the septets.
    EXPECT_EQ(from_gsm7(unpack_septets(Bytes{static_cast<std::uint8_t>('h' << 1U)}, 1)), "h");
    EXPECT_TRUE(unpack_septets({}, 3).empty());
}

TEST(Ucs2, CarriesPairsAndMarksWhatIsBroken)
{
    EXPECT_EQ(to_hex(to_ucs2("ä🦉")), "00e4d83edd89");
    EXPECT_EQ(from_ucs2(from_hex("00e4d83edd89").value()), "ä🦉");
    EXPECT_EQ(from_ucs2(from_hex("d83e0041").value()), "\ufffdA") << "a high surrogate alone";
    EXPECT_EQ(from_ucs2(from_hex("dd89").value()), "\ufffd") << "a low one";
    EXPECT_EQ(from_ucs2(from_hex("004100").value()), "A\ufffd") << "half a unit";
}

TEST(Latin1, CarriesItsOwnAndNothingElse)
{
    EXPECT_EQ(to_hex(to_latin1("Grüße\u00ff").value()), "4772fcdf65ff");
    EXPECT_EQ(from_latin1(from_hex("4772fcdf65ff").value()), "Grüße\u00ff");
    EXPECT_FALSE(to_latin1("€"));
}

RC_GTEST_PROP(Alphabets, WhatGoesInComesOut, (const std::vector<std::uint32_t>& drawn))
{
    std::string text;
    for (const auto c : drawn)
        append_utf8(text, static_cast<char32_t>(c % 0x110000));
    RC_ASSERT(is_utf8(text));
    RC_ASSERT(from_ucs2(to_ucs2(text)) == text);
    if (const auto septets = to_gsm7(text))
        RC_ASSERT(from_gsm7(*septets) == text);
    if (const auto bytes = to_latin1(text))
        RC_ASSERT(from_latin1(*bytes) == text);
}

RC_GTEST_PROP(Alphabets, WhateverComesInBecomesWellFormed, (const std::vector<std::uint8_t>& bytes))
{
    RC_ASSERT(is_utf8(from_gsm7(bytes)));
    RC_ASSERT(is_utf8(from_ucs2(bytes)));
    RC_ASSERT(is_utf8(from_latin1(bytes)));
    RC_ASSERT(is_utf8(from_gsm7(unpack_septets(bytes, 3))));
}
TEST(Alphabets, PairsThatWereCutComeTogetherAgain)
{
    const auto units = to_ucs2("a🦉b🦉");
    for (std::size_t cut = 0; cut <= units.size(); cut += 2)
    {
        const auto front = from_ucs2_part(ByteView{units}.first(cut));
        const auto back = from_ucs2_part(ByteView{units}.subspan(cut));
        EXPECT_EQ(join_halves(front + back), "a🦉b🦉") << cut;
        EXPECT_TRUE(is_utf8(join_halves(front))) << cut;
        EXPECT_TRUE(is_utf8(join_halves(back + front))) << cut;
    }
}
} // namespace
} // namespace dmid::channels::sms
