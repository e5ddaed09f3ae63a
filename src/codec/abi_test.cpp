// SPDX-License-Identifier: Apache-2.0
#include "codec/abi.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
std::string word(std::string_view hex)
{
    return std::string(64 - hex.size(), '0') + std::string{hex};
}

std::string left(std::string_view hex)
{
    return std::string{hex} + std::string(64 - hex.size(), '0');
}

Errc refusal(std::string_view types, const std::string& hex, AbiLayout layout = AbiLayout::canonical)
{
    const auto out = decode_abi(parse_abi_types(types).value(), from_hex(hex).value(), layout);
    EXPECT_FALSE(out) << hex;
    return out ? Errc::internal_bug : out.error().code;
}

// The examples of the ABI specification.
TEST(Abi, EncodesTheExamplesOfTheSpecification)
{
    EXPECT_EQ(to_hex(encode_call("baz(uint32,bool)", {69U, true}).value()),
              "cdcd77c0" + word("45") + word("1"));
    const auto sam = encode_call("sam(bytes,bool,uint256[])",
                                 {Bytes{'d', 'a', 'v', 'e'}, true, AbiValue::List{1U, 2U, 3U}});
    EXPECT_EQ(to_hex(sam.value()), "a5643bf2" + word("60") + word("1") + word("a0") + word("4") +
                                       left("64617665") + word("3") + word("1") + word("2") + word("3"));
    EXPECT_EQ(to_hex(abi_topic("Transfer(address,address,uint256)").view()),
              "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

TEST(Abi, GoesThroughNestedArraysOfTuples)
{
    const auto types = parse_abi_types("((uint64,string)[],bytes32[2],int8,(address,bool))").value();
    const AbiValue::List values{
        AbiValue::List{AbiValue::List{1U, "one"}, AbiValue::List{2U, std::string(40, 'x')}},
        AbiValue::List{Hash32{}, Hash32{}},
        U256{128}.negated(),
        AbiValue::List{Address{}, false},
    };
    const auto data = encode_abi(types, values).value();
    EXPECT_EQ(decode_abi(types, data).value(), values);
}

TEST(Abi, RefusesValuesThatDoNotFit)
{
    const auto encode = [](std::string_view type, AbiValue value)
    {
        const auto out = encode_abi(parse_abi_types(type).value(), {std::move(value)});
        return out ? Errc::internal_bug : out.error().code;
    };
    EXPECT_EQ(encode("(uint8)", 256U), Errc::codec_range);
    EXPECT_EQ(encode("(int8)", 128U), Errc::codec_range);
    EXPECT_EQ(encode("(int8)", U256{129}.negated()), Errc::codec_range);
    EXPECT_EQ(encode("(bytes4)", Bytes(3)), Errc::codec_range);
    EXPECT_EQ(encode("(address)", 1U), Errc::codec_type);
    EXPECT_EQ(encode("(uint256[2])", AbiValue::List{1U}), Errc::codec_type);
    for (const auto* type : {"uint", "uint7", "uint264", "bytes33", "bytes0", "uint08"})
        EXPECT_EQ(parse_abi_type(type).error().code, Errc::codec_range) << type;
    for (const auto* type :
         {"", "(", "uint256[", "uint256[-1]", "uint256[01]", "(uint256", "x", "bool,", "uint256[0]"})
        EXPECT_EQ(parse_abi_type(type).error().code, Errc::codec_syntax) << type;
    EXPECT_EQ(parse_abi_type(std::string(100, '(')).error().code, Errc::codec_too_deep);
}

TEST(Abi, RefusesEveryOtherLayout)
{
    EXPECT_EQ(refusal("(uint256)", ""), Errc::codec_truncated);
    EXPECT_EQ(refusal("(uint256)", word("1") + "00"), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("(bool)", word("2")), Errc::codec_range);
    EXPECT_EQ(refusal("(uint8)", word("100")), Errc::codec_range);
    EXPECT_EQ(refusal("(int8)", word("80")), Errc::codec_range);
    EXPECT_EQ(refusal("(address)", "01" + word("1").substr(2)), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("(bytes1)", left("0101")), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("(bytes)", word("40") + word("0") + word("0")), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("(bytes)", word("20") + word("1") + left("aabb")), Errc::codec_not_canonical);
    EXPECT_EQ(refusal("(bytes)", word("20") + word("21") + left("aa")), Errc::codec_truncated);
    EXPECT_EQ(refusal("(bytes)", std::string(64, 'f')), Errc::codec_truncated);
    EXPECT_EQ(refusal("(bytes)", word("40")), Errc::codec_truncated);
    EXPECT_EQ(refusal("(uint256[])", word("20") + word("2") + word("1")), Errc::codec_truncated);
    EXPECT_EQ(refusal("(string)", word("20") + word("1") + left("ff")), Errc::codec_utf8);
    EXPECT_EQ(refusal("(()[])", word("20") + word("21")), Errc::codec_truncated);
}

TEST(Abi, AForeignContractMayLayItsAnswerOutOtherwise)
{
    const auto types = parse_abi_types("(bytes)").value();
    const auto data = from_hex(word("40") + word("0") + word("1") + left("aa") + "ffff").value();
    EXPECT_EQ(decode_abi(types, data, AbiLayout::foreign).value(), (AbiValue::List{Bytes{0xaa}}));
    EXPECT_EQ(refusal("(bytes)", word("20") + word("1") + left("aabb"), AbiLayout::foreign),
              Errc::codec_not_canonical);
}

TEST(Abi, OverlappingOffsetsDoNotMultiplyBytes)
{
    // 100 strings that all point to the same 1 KiB.
    std::string hex = word("20") + word("64");
    for (int i = 0; i < 100; ++i)
        hex += word("c80");
    hex += word("400") + std::string(2048, 'a');
    EXPECT_EQ(refusal("(bytes[])", hex, AbiLayout::foreign), Errc::codec_too_large);
}
} // namespace
} // namespace dmid::codec
