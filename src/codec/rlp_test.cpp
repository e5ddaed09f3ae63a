// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
Errc rlp_refusal(std::string_view hex)
{
    const auto bytes = from_hex(hex).value();
    const auto item = decode_rlp(bytes);
    EXPECT_FALSE(item) << hex;
    return item ? Errc::internal_bug : item.error().code;
}

// Yellow Paper, appendix B, and the examples of
// ethereum.org/developers/docs/data-structures-and-encoding/rlp.
TEST(Rlp, EncodesThePublishedExamples)
{
    RlpWriter animals;
    animals.bytes(as_bytes("cat")).bytes(as_bytes("dog"));
    EXPECT_EQ(to_hex(animals.wrap()), "c88363617483646f67");
    EXPECT_EQ(to_hex(RlpWriter{}.uint(0).items()), "80");
    EXPECT_EQ(to_hex(RlpWriter{}.uint(15).items()), "0f");
    EXPECT_EQ(to_hex(RlpWriter{}.uint(1024).items()), "820400");
    EXPECT_EQ(to_hex(RlpWriter{}.bytes(Bytes{0}).items()), "00");
    EXPECT_EQ(to_hex(RlpWriter{}.wrap()), "c0");
    const auto lorem = as_bytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit");
    EXPECT_EQ(to_hex(RlpWriter{}.bytes(lorem).items()).substr(0, 4), "b838");
}

TEST(Rlp, ReadsBackWhatItWrote)
{
    for (const std::size_t size : {0, 1, 2, 55, 56, 255, 256, 65536})
    {
        const Bytes data(size, 0x9a);
        const auto raw = RlpWriter{}.bytes(data).uint(7).wrap();
        auto reader = RlpReader::list(raw).value();
        EXPECT_TRUE(std::ranges::equal(reader.bytes().value(), data));
        EXPECT_EQ(reader.uint().value(), 7U);
        EXPECT_TRUE(reader.finish());
        EXPECT_EQ(reader.next().error().code, Errc::codec_truncated);
    }
}

TEST(Rlp, RefusesLongFormsThatAShortOneWouldDo)
{
    EXPECT_EQ(rlp_refusal("8105"), Errc::codec_not_canonical);
    EXPECT_EQ(rlp_refusal("b80180"), Errc::codec_not_canonical);
    EXPECT_EQ(rlp_refusal("f80180"), Errc::codec_not_canonical);
    EXPECT_EQ(rlp_refusal("b9003800"), Errc::codec_not_canonical);
    const auto zeroes = from_hex("c3820001").value();
    auto number = RlpReader::list(zeroes).value();
    EXPECT_EQ(number.uint().error().code, Errc::codec_not_canonical);
}

TEST(Rlp, RefusesShortAndLongInput)
{
    EXPECT_EQ(rlp_refusal(""), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("81"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("83aabb"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("b9"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("b8"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("bfffffffffffffffff"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("ffffffffffffffffff"), Errc::codec_truncated);
    EXPECT_EQ(rlp_refusal("0000"), Errc::codec_trailing);
    EXPECT_EQ(RlpReader::list(from_hex("00").value()).error().code, Errc::codec_type);
    const auto nine = from_hex("ca89010000000000000000").value();
    auto wide = RlpReader::list(nine).value();
    EXPECT_EQ(wide.uint().error().code, Errc::codec_range);
}
} // namespace
} // namespace dmid::codec
