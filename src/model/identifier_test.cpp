// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"
#include "model/npub.hpp"
#include "model/test_keys.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
using test::network;
const std::string kContract = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

Errc refusal(std::string_view text)
{
    const auto parsed = parse_identifier(text);
    EXPECT_FALSE(parsed) << text;
    return parsed ? Errc::internal_bug : parsed.error().code;
}

TEST(Identifier, ReadsEveryWayToWriteTheSameNumber)
{
    for (const auto* text :
         {"8312 3456 7890 1210", "did:dmid:8312345678901210", "DID:DMID:8312345678901210",
          "tel:8312-3456-7890-1210;phone-context=dmid.alt", "TEL:8312345678901210;Phone-Context=DMID.ALT"})
    {
        const auto parsed = parse_identifier(text);
        ASSERT_TRUE(parsed) << text << to_string(parsed.error());
        EXPECT_EQ(parsed->number.value(), 8312345678901210U);
        EXPECT_FALSE(parsed->network);
        EXPECT_FALSE(parsed->tail);
    }
}

TEST(Identifier, ReadsTheNetworkOfTheLongForms)
{
    for (const auto& text : {"did:dmid:31337:" + kContract + ":8312345678901210",
                             "eip155:31337/erc721:" + kContract + "/8312345678901210"})
    {
        const auto parsed = parse_identifier(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->network, network());
    }
}

TEST(Identifier, ReadsThePurposeTailInEveryForm)
{
    for (const auto& text :
         {std::string{"8312 3456 7890 1210 ext 048192"}, std::string{"8312345678901210 EXT. 048192"},
          std::string{"8312345678901210+048192"}, std::string{"8312 3456 7890 1210;ext=048192"},
          std::string{"did:dmid:8312345678901210;ext=048192"},
          "did:dmid:31337:" + kContract + ":8312345678901210;ext=048192",
          std::string{"tel:8312-3456-7890-1210;ext=048192;phone-context=dmid.alt"}})
    {
        const auto parsed = parse_identifier(text);
        ASSERT_TRUE(parsed) << text << to_string(parsed.error());
        EXPECT_EQ(parsed->tail->digits(), "048192") << text;
    }
}

TEST(Identifier, NamesTheReasonOfARefusal)
{
    EXPECT_EQ(refusal("+8312345678901210"), Errc::number_character);
    EXPECT_EQ(refusal("8312+345678901210"), Errc::number_character);
    EXPECT_EQ(refusal("8312345678901210+48192"), Errc::number_extension);
    EXPECT_EQ(refusal("8312345678901210 ext 48192a"), Errc::number_extension);
    EXPECT_EQ(refusal("8312345678901210;ext="), Errc::number_extension);
    EXPECT_EQ(refusal("8312345678901211"), Errc::number_checksum);
    EXPECT_EQ(refusal("8312x345678901210"), Errc::number_character);
    EXPECT_EQ(refusal("did:dmid:8312-3456-7890-1210"), Errc::number_character);
    EXPECT_EQ(refusal("did:web:example.org"), Errc::number_identifier);
    EXPECT_EQ(refusal("did:dmid:1:8312345678901210"), Errc::number_identifier);
    EXPECT_EQ(refusal("did:dmid:01:" + kContract + ":8312345678901210"), Errc::number_identifier);
    EXPECT_EQ(refusal("did:dmid:1:0x5fbd:8312345678901210"), Errc::number_identifier);
    EXPECT_EQ(refusal("did:dmid:8312345678901210#key-1"), Errc::number_character);
    EXPECT_EQ(refusal("tel:8312345678901210"), Errc::number_identifier);
    EXPECT_EQ(refusal("tel:+8312345678901210;phone-context=dmid.alt"), Errc::number_character);
    EXPECT_EQ(refusal("tel:8312345678901210;phone-context=example.org"), Errc::number_identifier);
    EXPECT_EQ(refusal("tel:8312345678901210;phone-context=dmid.alt;phone-context=dmid.alt"),
              Errc::number_identifier);
    EXPECT_EQ(refusal("eip155:1/erc20:" + kContract + "/8312345678901210"), Errc::number_identifier);
    EXPECT_EQ(refusal("hello"), Errc::number_identifier);
    EXPECT_EQ(refusal(""), Errc::number_identifier);
    EXPECT_EQ(refusal(std::string(300, '8')), Errc::number_identifier);
}

TEST(Identifier, RefusesAMixedCaseContractWhoseChecksumDoesNotFit)
{
    EXPECT_TRUE(parse_identifier("did:dmid:1:0x5FbDB2315678afecb367f032d93F642f64180aa3:8312345678901210"));
    EXPECT_EQ(refusal("did:dmid:1:0x5fbDB2315678afecb367f032d93F642f64180aa3:8312345678901210"),
              Errc::number_identifier);
}

TEST(Identifier, KnowsWalletsAndNamesButSaysThatTheyComeLater)
{
    EXPECT_EQ(refusal(kContract), Errc::internal_unsupported);
    EXPECT_EQ(refusal("alice.eth"), Errc::internal_unsupported);
    EXPECT_EQ(refusal("1inch.eth"), Errc::internal_unsupported);
    EXPECT_EQ(identifier_kind("8312.3456.7890.1210"), IdentifierKind::number);
}

TEST(Identifier, WritesWhatItReads)
{
    const Identifier shortest{{}, Number::from_value(8312345678901210).value(), {}};
    const Identifier longest{network(), shortest.number, Tail::from_value(48192).value()};
    EXPECT_EQ(to_did(shortest), "did:dmid:8312345678901210");
    EXPECT_EQ(to_did(longest), "did:dmid:31337:" + kContract + ":8312345678901210;ext=048192");
    EXPECT_EQ(to_tel(longest), "tel:8312-3456-7890-1210;ext=048192;phone-context=dmid.alt");
    EXPECT_EQ(to_text(longest.number, longest.tail), "8312 3456 7890 1210 ext 048192");
    EXPECT_EQ(parse_identifier(to_did(longest)).value(), longest);
    EXPECT_EQ(parse_identifier(to_caip19(network(), shortest.number))->network, network());
    EXPECT_EQ(parse_identifier(to_tel(shortest)).value(), shortest);
}

// NIP-19 "Examples".
TEST(Npub, FollowsTheVectorOfTheNip)
{
    const auto key =
        fixed_from_hex<XOnlyKey>("7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e").value();
    const std::string text = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
    EXPECT_EQ(to_npub(key), text);
    EXPECT_EQ(parse_npub(text).value(), key);
    auto wrong = text;
    wrong[20] = wrong[20] == 'q' ? 'p' : 'q';
    EXPECT_EQ(parse_npub(wrong).error().code, Errc::number_identifier);
    EXPECT_FALSE(parse_npub(text.substr(1)));
    EXPECT_FALSE(parse_npub("NPUB1" + text.substr(5)));
}
} // namespace
} // namespace dmid::model
