// SPDX-License-Identifier: Apache-2.0
#include "api/wallet_for_test.hpp"

namespace dmid::api
{
namespace
{
namespace json = boost::json;
using WalletApiTest = testing::WalletTest;

// MUST API-13
TEST_F(WalletApiTest, AWalletSignsInAndItsSessionEnds)
{
    const auto asked = ask("GET", "/v1/wallet/nonce");
    EXPECT_EQ(text(asked, "domain"), "dmid.example");
    EXPECT_EQ(asked.at("chain"), 31337);
    const auto opened = sign_in(message(text(asked, "nonce")));
    ASSERT_EQ(opened.at("http"), 201) << json::serialize(opened);
    EXPECT_EQ(text(opened, "address"), codec::checksum_address(crypto::address_of(key).value()));
    EXPECT_EQ(opened.at("expires"), node.clock.now() + kSessionFor);
    const auto token = text(opened, "token");
    EXPECT_EQ(ask("DELETE", "/v1/wallet/session", nullptr, token).at("http"), 200);
    EXPECT_EQ(text(ask("DELETE", "/v1/wallet/session", nullptr, token), "code"), "wallet.session");
    EXPECT_EQ(text(ask("DELETE", "/v1/wallet/session"), "code"), "wallet.session");
}

// MUST API-13
TEST_F(WalletApiTest, ANonceIsOursYoungAndGoodOnce)
{
    const auto used = nonce();
    EXPECT_EQ(sign_in(message(used)).at("http"), 201);
    EXPECT_EQ(text(sign_in(message(used)), "code"), "wallet.nonce");
    EXPECT_EQ(text(sign_in(message("abcdefgh23456789")), "code"), "wallet.nonce");
    EXPECT_EQ(text(sign_in(message(std::string(40, 'a'))), "code"), "wallet.nonce");
    auto bent = nonce();
    bent[20] = bent[20] == 'a' ? 'b' : 'a';
    EXPECT_EQ(text(sign_in(message(bent)), "code"), "wallet.nonce");
    const auto old = nonce();
    node.pass(kNonceFor + 1);
    EXPECT_EQ(text(sign_in(message(old)), "code"), "wallet.nonce");
}

// MUST API-12
TEST_F(WalletApiTest, AMessageForAnotherSiteOpensNothingAndUsesNoNonce)
{
    const auto mine = nonce();
    EXPECT_EQ(text(sign_in(message(mine, "", "evil.example")), "code"), "wallet.domain");
    EXPECT_EQ(text(sign_in(message(mine, "\nExpiration Time: 2020-01-01T00:00:00Z")), "code"), "wallet.time");
    EXPECT_EQ(sign_in(message(mine)).at("http"), 201);
}

TEST_F(WalletApiTest, AnotherKeysSignatureOpensNothing)
{
    const auto mine = message(nonce());
    const auto other = crypto::sign_ecdsa(codec::personal_digest(mine), keys::random_private_key()).value();
    const auto said = ask("POST", "/v1/wallet/session",
                          json::object{{"message", mine}, {"signature", to_hex0x(other.view())}});
    // Nobody answers for the chain: a contract might have signed it.
    EXPECT_EQ(said.at("http"), 503);
    for (const char* bad : {"0x", "", "0xzz", "00"})
        EXPECT_NE(
            ask("POST", "/v1/wallet/session", json::object{{"message", mine}, {"signature", bad}}).at("http"),
            201)
            << bad;
    EXPECT_EQ(text(ask("POST", "/v1/wallet/session", json::object{{"message", mine}}), "code"),
              "codec.missing-key");
    EXPECT_EQ(text(ask("POST", "/v1/wallet/session",
                       json::object{{"message", mine}, {"signature", "0x00"}, {"scope", "all"}}),
                   "code"),
              "codec.unknown-key");
}

// MUST API-13
TEST_F(WalletApiTest, ASessionEndsByItselfAndWithItsMessage)
{
    const auto usual = text(sign_in(message(nonce())), "token");
    node.pass(kSessionFor);
    EXPECT_EQ(text(ask("DELETE", "/v1/wallet/session", nullptr, usual), "code"), "wallet.session");
    const auto brief = sign_in(message(nonce(), "\nExpiration Time: 2099-01-01T00:00:00Z"));
    EXPECT_EQ(brief.at("expires"), node.clock.now() + kSessionFor) << "the node's own limit stays";
}

// MUST API-14
TEST_F(WalletApiTest, TriesToSignInAreCounted)
{
    for (int i = 0; i < 10; ++i)
        sign_in("nonsense");
    EXPECT_EQ(text(sign_in(message(nonce())), "code"), "policy.rate-limited");
    source = "192.0.2.10";
    EXPECT_EQ(sign_in(message(nonce())).at("http"), 201);
}

// MUST API-13
TEST(WalletSessions, AnAddressHasAFewAndTheOldestGoes)
{
    WalletSessions sessions;
    std::vector<std::string> tokens;
    for (UnixTime i = 0; i < 9; ++i)
        tokens.push_back(sessions.open(sessions.nonce(100), Address{}, 1000 + i, 100).value());
    EXPECT_FALSE(sessions.find(tokens.front(), 100));
    EXPECT_TRUE(sessions.find(tokens[1], 100));
    EXPECT_TRUE(sessions.find(tokens.back(), 100));
    EXPECT_FALSE(sessions.find("", 100));
}
} // namespace
} // namespace dmid::api
