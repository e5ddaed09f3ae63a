// SPDX-License-Identifier: Apache-2.0
#include "chain/testing_http.hpp"
#include "gateway/node_for_test.hpp"
#include "seal/signed_text.hpp"

#include <atomic>

namespace dmid::gateway
{
namespace
{
using channel::Yes;
using testing::Node;

/// A node whose one endpoint answers each question about a wallet as it is told.
class AskContract : public ::testing::Test
{
protected:
    enum class Says
    {
        yes,
        no,
        broken,
    };
    std::atomic<Says> says = Says::yes;
    std::atomic<unsigned> asked = 0;
    chain::testing::FakeEndpoint endpoint{[this](const std::string& body) { return answer(body); }};
    Node node;
    const Secret32 key = keys::random_private_key();
    Address account{};

    void SetUp() override
    {
        account.bytes.fill(0x42);
        chain::ChainConfig config;
        config.chain_id = 31337;
        config.rpc.attempts = 1;
        config.endpoints.push_back({"one", endpoint.url(), false});
        const auto registry = node.resolver->registry();
        node.flow.reset();
        node.context.reset();
        node.resolver.reset();
        node.endpoints = chain::Endpoints::make(node.http, config).value();
        node.resolver = std::make_unique<resolve::Resolver>(*node.endpoints, registry, node.clock);
        node.reopen();
        offer(node.clock.now());
    }
    void offer(UnixTime at)
    {
        chain::Agreement agreement;
        agreement.block.chain_id = 31337;
        agreement.block.number = 77;
        agreement.block.timestamp = at;
        agreement.vouched = {0};
        node.resolver->offer(agreement);
    }
    std::string answer(const std::string& body)
    {
        ++asked;
        const auto id = std::to_string(boost::json::parse(body).at("id").as_int64());
        if (says == Says::broken)
            return chain::testing::ok(R"({"jsonrpc":"2.0","id":)" + id +
                                      R"(,"error":{"code":-32000,"message":"x"}})");
        return chain::testing::ok(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":"0x)" +
                                  std::string(63, '0') + (says == Says::yes ? "1" : "0") + "\"}");
    }
    std::string message(const std::string& text, const Bytes& signature) const
    {
        seal::SignedText out;
        out.to = node.identity();
        out.text = text;
        out.nonce = keys::random_fixed<Hash32>();
        out.sent_at = node.clock.now();
        out.deadline = node.clock.now() + 600;
        out.signer = seal::NamedSigner{account, signature};
        return seal::to_json(out);
    }
    channel::Answer bring(const std::string& json, const std::string& source = "192.0.2.1")
    {
        return node.receive(json, channel::Shape::signed_text, "http", source);
    }
};

// MUST ENV-45
TEST_F(AskContract, WhatItsContractSignedIsTheWalletsWordAndSaysOnWhatItRests)
{
    const auto said = bring(message("from a smart account", Bytes(100, 7)));
    ASSERT_EQ(said.yes, Yes::yes) << said.reason;
    const auto info = node.message(said.id);
    EXPECT_EQ(info.with.id, model::to_string(model::WalletAddress{account}));
    EXPECT_EQ(info.with.kind, "wallet");
    ASSERT_FALSE(info.proofs.empty());
    EXPECT_EQ(info.proofs.back(), "signed by its contract, by the word of the one endpoint at block 77");
}

// MUST ENV-23
TEST_F(AskContract, WhatItsContractDidNotSignIsRefusedForGood)
{
    says = Says::no;
    const auto said = bring(message("forged", Bytes(100, 7)));
    EXPECT_EQ(said.yes, Yes::no);
    EXPECT_EQ(said.code, Errc::crypto_signature_invalid);
    EXPECT_TRUE(node.inbox(true).empty());
}

// MUST ENV-46
TEST_F(AskContract, AnEndpointThatFailsMakesItLaterAndNeverANo)
{
    says = Says::broken;
    const auto said = bring(message("try again", Bytes(100, 7)));
    EXPECT_EQ(said.yes, Yes::later);
    EXPECT_TRUE(node.inbox(true).empty());
    says = Says::yes;
    offer(node.clock.now() - 3600);
    EXPECT_EQ(bring(message("stale", Bytes(100, 7))).yes, Yes::later) << "a block that is too old to go by";
}

TEST_F(AskContract, AKeyThatSignedForItsOwnAddressAsksNobody)
{
    account = crypto::address_of(key).value();
    seal::SignedText out;
    out.to = node.identity();
    out.text = "by key";
    out.sent_at = node.clock.now();
    out.deadline = node.clock.now() + 600;
    const auto signature = crypto::sign_ecdsa(seal::signed_text_digest(out).value(), key).value();
    out.signer = seal::NamedSigner{account, to_bytes(signature.view())};
    EXPECT_EQ(bring(seal::to_json(out)).yes, Yes::yes);
    EXPECT_EQ(asked, 0U);
}

// MUST ENV-47
TEST_F(AskContract, AStrangerCannotMakeTheNodeAskWithoutBound)
{
    for (int i = 0; i < 10; ++i)
        ASSERT_EQ(bring(message("x" + std::to_string(i), Bytes(100, 7))).yes, Yes::yes);
    const auto said = bring(message("one more", Bytes(100, 7)));
    EXPECT_EQ(said.yes, Yes::later);
    EXPECT_EQ(said.code, Errc::policy_rate_limited);
    EXPECT_EQ(asked, 10U);
    EXPECT_EQ(bring(message("another source", Bytes(100, 7)), "192.0.2.2").yes, Yes::yes);
}

TEST_F(AskContract, AWrapperThatDoesNotReadAsksNobody)
{
    Bytes magic;
    for (int i = 0; i < 16; ++i)
        dmid::append(magic, Bytes{0x64, 0x92});
    EXPECT_EQ(bring(message("x", magic)).code, Errc::crypto_signature_invalid);
    EXPECT_EQ(asked, 0U);
}
} // namespace
} // namespace dmid::gateway
