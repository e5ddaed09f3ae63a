// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "codec/eip712.hpp"

#include <gtest/gtest.h>

namespace dmid::codec
{
namespace
{
// The "Ether Mail" example of the standard (EIP-712, assets/Example.js).
TEST(Eip712, GivesTheHashesOfTheStandardsExample)
{
    const Eip712Types types{{"Mail", {{"Person", "from"}, {"Person", "to"}, {"string", "contents"}}},
                            {"Person", {{"string", "name"}, {"address", "wallet"}}}};
    Eip712Domain domain;
    domain.name = "Ether Mail";
    domain.version = "1";
    domain.chain_id = 1;
    domain.verifying_contract = parse_address("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC").value();
    const auto cow = parse_address("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826").value();
    const auto bob = parse_address("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB").value();
    const AbiValue::List mail{AbiValue::List{"Cow", cow}, AbiValue::List{"Bob", bob}, "Hello, Bob!"};

    EXPECT_EQ(types.encode_type("Mail").value(),
              "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
    EXPECT_EQ(to_hex(types.type_hash("Mail").value().view()),
              "a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2");
    EXPECT_EQ(to_hex(types.struct_hash("Mail", mail).value().view()),
              "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
    EXPECT_EQ(to_hex(domain.separator().view()),
              "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    EXPECT_EQ(to_hex(types.digest(domain, "Mail", mail).value().view()),
              "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
}

TEST(Eip712, RefusesValuesThatDoNotFitTheTable)
{
    const Eip712Types types{{"A", {{"uint8", "n"}, {"bytes32[2]", "pair"}, {"A[]", "more"}}}};
    const AbiValue::List pair{Hash32{}, Hash32{}};
    const AbiValue::List none{};
    EXPECT_TRUE(types.struct_hash("A", {1U, pair, none}));
    EXPECT_TRUE(types.struct_hash("A", {1U, pair, AbiValue::List{AbiValue::List{2U, pair, none}}}));
    EXPECT_EQ(types.struct_hash("B", {}).error().code, Errc::codec_type);
    EXPECT_EQ(types.struct_hash("A", {1U, pair}).error().code, Errc::codec_type);
    EXPECT_EQ(types.struct_hash("A", {256U, pair, none}).error().code, Errc::codec_range);
    EXPECT_EQ(types.struct_hash("A", {1U, none, none}).error().code, Errc::codec_range);
    EXPECT_EQ(types.struct_hash("A", {1U, pair, 1U}).error().code, Errc::codec_type);
}

// EIP-55.
TEST(Address, FollowsTheChecksumOfTheStandard)
{
    for (const auto* text :
         {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
          "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"})
    {
        const auto address = parse_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(checksum_address(*address), text);
    }
    EXPECT_TRUE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    EXPECT_TRUE(parse_address("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"));
    EXPECT_EQ(parse_address("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").error().code,
              Errc::codec_not_canonical);
    EXPECT_EQ(parse_address("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed").error().code, Errc::codec_syntax);
    EXPECT_EQ(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae").error().code, Errc::codec_syntax);
}
} // namespace
} // namespace dmid::codec
