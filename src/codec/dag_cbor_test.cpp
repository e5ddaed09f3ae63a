// SPDX-License-Identifier: Apache-2.0
#include "codec/cbor_reader.hpp"
#include "codec/dag_cbor.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
Errc refusal(std::string_view hex, const CborLimits& limits = {})
{
    const auto decoded = decode_cbor(from_hex(hex).value(), limits);
    EXPECT_FALSE(decoded) << hex;
    return decoded ? Errc::internal_bug : decoded.error().code;
}

// RFC 8949 appendix A, the lines that the subset has.
TEST(DagCbor, EncodesTheVectorsOfTheRfc)
{
    const std::vector<std::pair<Cbor, std::string_view>> vectors{
        {0, "00"},
        {23, "17"},
        {24, "1818"},
        {255, "18ff"},
        {256, "190100"},
        {1000, "1903e8"},
        {65535, "19ffff"},
        {65536, "1a00010000"},
        {1000000, "1a000f4240"},
        {4294967295U, "1affffffff"},
        {4294967296U, "1b0000000100000000"},
        {18446744073709551615U, "1bffffffffffffffff"},
        {-1, "20"},
        {-24, "37"},
        {-25, "3818"},
        {-1000, "3903e7"},
        {std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff"},
        {false, "f4"},
        {true, "f5"},
        {nullptr, "f6"},
        {Bytes{1, 2, 3, 4}, "4401020304"},
        {"IETF", "6449455446"},
        {Cbor::Array{1, Cbor::Array{2, 3}}, "8201820203"},
        {Cbor::Map{{"a", 1}, {"b", Cbor::Array{2, 3}}}, "a26161016162820203"},
    };
    for (const auto& [value, hex] : vectors)
    {
        EXPECT_EQ(to_hex(encode_cbor(value)), hex);
        EXPECT_EQ(decode_cbor(from_hex(hex).value()).value(), value) << hex;
    }
}

TEST(DagCbor, SortsKeysByLengthAndThenByBytes)
{
    const Cbor::Map map{{"bb", 1}, {"a", 2}, {"c", 3}, {"aaa", 4}, {"ab", 5}};
    EXPECT_EQ(to_hex(encode_cbor(map)), "a5616102616303626162056262620163616161"
                                        "04");
}

TEST(DagCbor, RefusesEveryOtherFormOfTheSameValue)
{
    EXPECT_EQ(refusal("1817"), Errc::codec_not_canonical);               // 23 in two bytes
    EXPECT_EQ(refusal("1900ff"), Errc::codec_not_canonical);             // 255 in three
    EXPECT_EQ(refusal("1a0000ffff"), Errc::codec_not_canonical);         // 65535 in five
    EXPECT_EQ(refusal("1b00000000ffffffff"), Errc::codec_not_canonical); // 2^32-1 in nine
    EXPECT_EQ(refusal("5803010203"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("9f01ff"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("bf616101ff"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("5f42010243030405ff"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("a2616201616102"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("a262616101616202"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("a2616101616102"), Errc::codec_duplicate_key);
}

TEST(DagCbor, RefusesWhatTheSubsetDoesNotHave)
{
    EXPECT_EQ(refusal("f90000"), Errc::codec_type);
    EXPECT_EQ(refusal("fb3ff199999999999a"), Errc::codec_type);
    EXPECT_EQ(refusal("f7"), Errc::codec_type);
    EXPECT_EQ(refusal("f0"), Errc::codec_type);
    EXPECT_EQ(refusal("ff"), Errc::codec_type);
    EXPECT_EQ(refusal("d82a4101"), Errc::codec_type);
    EXPECT_EQ(refusal("a10102"), Errc::codec_type);
    EXPECT_EQ(refusal("3b8000000000000000"), Errc::codec_range);
    EXPECT_EQ(refusal("61ff"), Errc::codec_utf8);
    EXPECT_EQ(refusal("63eda080"), Errc::codec_utf8);
    EXPECT_EQ(refusal("1c"), Errc::codec_syntax);
}

TEST(DagCbor, RefusesShortLongDeepAndHugeInput)
{
    EXPECT_EQ(refusal(""), Errc::codec_truncated);
    EXPECT_EQ(refusal("19ff"), Errc::codec_truncated);
    EXPECT_EQ(refusal("4401"), Errc::codec_truncated);
    EXPECT_EQ(refusal("5bffffffffffffffff"), Errc::codec_truncated);
    EXPECT_EQ(refusal("9bffffffffffffffff"), Errc::codec_truncated);
    EXPECT_EQ(refusal("bbffffffffffffffff"), Errc::codec_truncated);
    EXPECT_EQ(refusal("bb8000000000000000"), Errc::codec_truncated);
    EXPECT_EQ(refusal("0000"), Errc::codec_trailing);
    std::string nested;
    for (int i = 0; i < 32; ++i)
        nested += "81";
    EXPECT_TRUE(decode_cbor(from_hex(nested + "00").value()));
    EXPECT_EQ(refusal("81" + nested + "00"), Errc::codec_too_deep);
    EXPECT_EQ(refusal("83010203", {.max_items = 3}), Errc::codec_too_large);
    EXPECT_EQ(refusal("83010203", {.max_bytes = 3}), Errc::codec_too_large);
}

TEST(CborReader, ReadsKnownKeysAndNamesThePathOfEveryError)
{
    const Cbor value{
        Cbor::Map{{"key", Hash32{}}, {"list", Cbor::Array{1, "x"}}, {"n", 300}, {"extra", true}}};
    auto map = MapReader::open(value, "thing").value();
    EXPECT_TRUE(map.fixed<Hash32>("key"));
    EXPECT_EQ(map.fixed<Address>("key").error().code, Errc::codec_range);
    EXPECT_EQ(map.uint("n", 255).error().context, "thing.n: over 255");
    const auto list = map.array("list", 2).value();
    EXPECT_EQ(list[1].uint().error().context, "thing.list[1]: expected uint, found text");
    EXPECT_EQ(map.array("list", 1).error().code, Errc::codec_range);
    EXPECT_EQ(map.text("none", 9).error().code, Errc::codec_missing_key);
    EXPECT_FALSE(map.optional_text("none", 9).value().has_value());
    EXPECT_EQ(map.optional_text("n", 9).error().code, Errc::codec_type);
    EXPECT_EQ(map.finish().error().context, "thing.extra");
    EXPECT_TRUE(map.boolean("extra").value());
    EXPECT_TRUE(map.finish());
}
} // namespace
} // namespace dmid::codec
