// SPDX-License-Identifier: Apache-2.0
#include "model/names.hpp"
#include "model/party.hpp"
#include "model/test_keys.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
using test::identity;

std::vector<Party> one_of_each()
{
    return {identity(), NostrKey{test::key(1)}, WalletAddress{test::owner()},
            EmailAddress{"Alice.B@example.org"}, PlatformAccount{"telegram", "5558812"}};
}

TEST(Party, ComesBackFromTextAndBytes)
{
    for (const auto& party : one_of_each())
    {
        EXPECT_EQ(parse_party(to_string(party)).value(), party) << to_string(party);
        EXPECT_EQ(party_from_cbor(to_cbor(party), "party").value(), party);
    }
    EXPECT_EQ(to_string(Party{identity()}),
              "did:dmid:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:8312345678901210@1");
}

TEST(Party, IdsDifferByKindAndEpochAndOnlyDenyEntriesForgetTheEpoch)
{
    const auto all = one_of_each();
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < all.size(); ++j)
            EXPECT_EQ(party_id(all[i]) == party_id(all[j]), i == j);
    EXPECT_NE(party_id(identity(1)), party_id(identity(2)));
    EXPECT_EQ(party_id_any_epoch(identity(1)), party_id_any_epoch(identity(2)));
    EXPECT_NE(party_id_any_epoch(identity(1)), party_id(identity(1)));
    EXPECT_EQ(party_id_any_epoch(all[1]), party_id(all[1]));
}

TEST(Party, RefusesWhatCouldBeReadTwoWays)
{
    for (const auto* text :
         {"", "alice", "mailto:", "mailto:alice", "mailto:a b@example.org", "mailto:\"a\"@example.org",
          "mailto:alice@localhost", "nostr:00", "http:alice", "did:dmid:8312345678901210@1", "Telegram:5",
          "telegram:", "telegram:a b", "0x5fbDB2315678afecb367f032d93F642f64180aa3"})
        EXPECT_FALSE(parse_party(text)) << text;
    EXPECT_FALSE(party_from_cbor(codec::Cbor::Array{3, "Alice@EXAMPLE.org"}, "p"));
    EXPECT_FALSE(party_from_cbor(codec::Cbor::Array{5, "x"}, "p"));
    EXPECT_FALSE(party_from_cbor(codec::Cbor::Array{}, "p"));
}

TEST(Party, EmailKeepsTheLocalPartAndLowersTheDomain)
{
    EXPECT_EQ(exact_email("Alice@Example.ORG").value(), "Alice@example.org");
    EXPECT_FALSE(exact_email("a@b@example.org"));
    EXPECT_FALSE(exact_email(".a@example.org"));
    EXPECT_FALSE(exact_email("a..b@example.org"));
    EXPECT_FALSE(exact_email("a@-example.org"));
    EXPECT_FALSE(exact_email("a@example.org\r\nBcc: b@example.org"));
}

TEST(Party, NormalisedIsSortedAndEachOnce)
{
    const Party a = NostrKey{test::key(1)};
    const Party b = identity();
    EXPECT_EQ(normalised({a, b, a}), (Counterparty{b, a}));
}
} // namespace
} // namespace dmid::model
