// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace dmid
{
namespace
{
TEST(Bytes, HexRoundTripsAndRefusesOddOrForeignLetters)
{
    const Bytes bytes{0x00, 0x9f, 0xff};
    EXPECT_EQ(to_hex0x(bytes), "0x009fff");
    EXPECT_EQ(from_hex("0x009FfF").value(), bytes);
    EXPECT_EQ(from_hex("009").error().code, Errc::codec_syntax);
    EXPECT_EQ(from_hex("0g").error().code, Errc::codec_syntax);
}

// RFC 4648 §10.
TEST(Bytes, Base64AndBase32FollowTheRfcVectors)
{
    EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
    EXPECT_EQ(to_base64(as_bytes("fooba")), "Zm9vYmE=");
    EXPECT_EQ(to_base64(as_bytes("foob")), "Zm9vYg==");
    EXPECT_EQ(to_base64(as_bytes("")), "");
    EXPECT_EQ(to_base32(as_bytes("foobar")), "mzxw6ytboi");
    EXPECT_EQ(as_text(from_base32("mzxw6ytboi").value()), "foobar");
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
}

TEST(Bytes, Base64RefusesWhatIsNotCanonical)
{
    EXPECT_EQ(as_text(from_base64("Zm9vYg==").value()), "foob");
    EXPECT_EQ(from_base64("Zm9vYh==").error().code, Errc::codec_not_canonical);
    EXPECT_FALSE(from_base64("Zm9vYg="));
    EXPECT_FALSE(from_base64("Zm9 Yg=="));
    EXPECT_FALSE(from_base64("===="));
    EXPECT_FALSE(from_base64("Z==="));
}

TEST(Bytes, Base64OfEveryLengthComesBackAndNoWrongLetterPasses)
{
    Bytes bytes;
    for (unsigned length = 0; length < 70; ++length)
    {
        const auto text = to_base64(bytes);
        EXPECT_EQ(text.size(), (length + 2) / 3 * 4);
        EXPECT_EQ(from_base64(text).value(), bytes);
        for (std::size_t i = 0; i < text.size(); ++i)
            for (const char wrong : {'-', '_', ' ', '\n', '\0', '\x80', '\xff'})
            {
                auto altered = text;
                if (altered[i] == '=')
                    continue;
                altered[i] = wrong;
                EXPECT_FALSE(from_base64(altered)) << altered;
            }
        bytes.push_back(static_cast<std::uint8_t>(length * 37 + 11));
    }
}

TEST(Bytes, Utf8RefusesOverlongSurrogatesAndTooLarge)
{
    EXPECT_TRUE(is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_utf8("\xC0\xAF"));
    EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
    EXPECT_FALSE(is_utf8("\xE2\x82"));
}

Result<int> half(int n)
{
    if (n % 2 != 0)
        return fail(Errc::codec_range, "odd");
    return n / 2;
}

Result<int> quarter(int n)
{
    DMID_TRY(auto h, half(n));
    DMID_TRY(half(h));
    DMID_TRY(h, half(h));
    return h;
}

TEST(Result, TryReturnsTheValueOrTheError)
{
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_EQ(to_string(quarter(6).error()), "codec.range: odd");
}

TEST(Error, EveryRowHasANameAreaAndAdvice)
{
    EXPECT_EQ(name(Errc::number_checksum), "number.checksum");
    EXPECT_EQ(exit_status(Errc::number_checksum), 2);
    EXPECT_EQ(exit_status(Errc::proof_absent), 1);
    EXPECT_EQ(exit_status(Errc::store_full), 3);
    EXPECT_TRUE(retryable(Errc::chain_timeout));
}
} // namespace
} // namespace dmid
