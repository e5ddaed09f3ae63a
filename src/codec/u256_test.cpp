// SPDX-License-Identifier: Apache-2.0
#include "codec/u256.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
constexpr std::string_view kMaxDecimal =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";

TEST(U256, GoesThroughDecimalQuantityAndBytes)
{
    EXPECT_EQ(U256::max().to_decimal(), kMaxDecimal);
    EXPECT_EQ(U256::from_decimal(kMaxDecimal).value(), U256::max());
    EXPECT_EQ(U256{}.to_decimal(), "0");
    EXPECT_EQ(U256{}.to_quantity(), "0x0");
    EXPECT_TRUE(U256{}.to_minimal().empty());
    // 10^38, so that the second chunk of nineteen digits is all zeroes.
    const auto tens = U256::from_decimal("100000000000000000000000000000000000000").value();
    EXPECT_EQ(tens.to_decimal(), "100000000000000000000000000000000000000");
    EXPECT_EQ(tens.to_quantity(), "0x4b3b4ca85a86c47a098a224000000000");
    EXPECT_EQ(U256::from_quantity(tens.to_quantity()).value(), tens);
    EXPECT_EQ(U256::from_word(tens.to_word()), tens);
    EXPECT_EQ(U256::from_bytes(tens.to_minimal()).value(), tens);
}

TEST(U256, RefusesOtherFormsOfNumbers)
{
    for (const auto* text : {"", "-1", "+1", "01", "1 ", "0x1", "1e3"})
        EXPECT_EQ(U256::from_decimal(text).error().code, Errc::codec_syntax) << text;
    EXPECT_EQ(
        U256::from_decimal("115792089237316195423570985008687907853269984665640564039457584007913129639936")
            .error()
            .code,
        Errc::codec_range);
    for (const auto* text : {"", "0x", "1f", "0xg", "0X1", "0x 1"})
        EXPECT_EQ(U256::from_quantity(text).error().code, Errc::codec_syntax) << text;
    EXPECT_EQ(U256::from_quantity("0x00").error().code, Errc::codec_not_canonical);
    EXPECT_EQ(U256::from_quantity("0x" + std::string(65, 'f')).error().code, Errc::codec_range);
    EXPECT_EQ(U256::from_bytes(Bytes(33)).error().code, Errc::codec_range);
}

TEST(U256, SaysWhenAResultDoesNotFit)
{
    EXPECT_FALSE(U256::max().plus(1));
    EXPECT_FALSE(U256{}.minus(1));
    EXPECT_FALSE(U256::max().times(2));
    EXPECT_EQ(U256::max().minus(U256::max()).value(), U256{});
    const auto big = U256{1}.shifted_left(192);
    EXPECT_EQ(big.minus(1).value().plus(1).value(), big);
    EXPECT_EQ(U256::max().minus(5).value().plus(5).value(), U256::max());
    EXPECT_EQ(U256{1}.negated(), U256::max());
    EXPECT_EQ(big.negated().negated(), big);
    EXPECT_EQ(big.bit_length(), 193U);
    EXPECT_EQ(big.shifted_right(129), U256{1}.shifted_left(63));
    EXPECT_LT(U256{~0ULL}, big);
    EXPECT_EQ(big.to_u64(), std::nullopt);
}
} // namespace
} // namespace dmid::codec
