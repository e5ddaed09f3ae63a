// SPDX-License-Identifier: Apache-2.0
#include "chain/sender.hpp"
#include "chain/testing_anvil.hpp"
#include "codec/json.hpp"
#include "keys/random.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
using testing::Anvil;
using testing::FakeEndpoint;

/// A sender whose endpoint may do something before or after it passes a call on.
class SenderTest : public ::testing::Test
{
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(testing::anvil_binary()))
            GTEST_SKIP() << "no anvil: run npm ci in contracts/";
        anvil_ = std::make_unique<Anvil>();
    }
    void TearDown() override
    {
        if (anvil_)
            std::filesystem::remove_all(home_);
    }

    struct Party
    {
        std::unique_ptr<Endpoints> endpoints;
        std::optional<Sender> sender;
    };
    Party party(const std::string& url, const std::string& folder, SendOptions options = {})
    {
        ChainConfig config;
        config.chain_id = kLocalChain;
        config.rpc.attempts = 1;
        config.endpoints.push_back({"anvil", url, false});
        Party made;
        made.endpoints = Endpoints::make(http_, config).value();
        options.poll = net::Millis{50};
        made.sender.emplace(Sender::make(*made.endpoints, payer_, home_ / folder, options).value());
        return made;
    }
    static Intent gift(std::uint8_t which)
    {
        Intent intent;
        intent.id.bytes[0] = which;
        intent.to = Address{};
        intent.to->bytes[19] = which;
        intent.value = codec::U256{which};
        intent.what = "gift";
        return intent;
    }
    std::string pass(const std::string& body) const
    {
        return testing::ok(testing::post(anvil_->port(), body));
    }
    static bool asks(const std::string& body, std::string_view method)
    {
        return body.find("\"" + std::string{method} + "\"") != std::string::npos;
    }
    boost::json::value result(const std::string& method, const std::string& params = "[]") const
    {
        return boost::json::parse(anvil_->rpc(method, params)).at("result");
    }
    std::string balance(std::uint8_t who) const
    {
        Address address;
        address.bytes[19] = who;
        const auto value = result("eth_getBalance", "[\"" + to_hex0x(address.view()) + "\",\"latest\"]");
        return std::string{value.as_string()};
    }

    std::unique_ptr<Anvil> anvil_;
    net::HttpClient http_;
    Secret32 payer_ = keys::random_private_key();
    std::filesystem::path home_ =
        std::filesystem::temp_directory_path() / ("dmid-sender-" + to_hex(keys::random_bytes(8)));
};

TEST_F(SenderTest, ReplacesAStuckTransactionByOneThatPaysMore)
{
    unsigned sent = 0;
    FakeEndpoint endpoint{[&](const std::string& body)
                          {
                              auto answer = pass(body);
                              if (asks(body, "eth_sendRawTransaction") && sent++ == 0)
                              {
                                  // 50 gwei for the next block: more than the first transaction offers.
                                  anvil_->rpc("anvil_setNextBlockBaseFeePerGas", "[\"0xba43b7400\"]");
                                  anvil_->rpc("evm_setIntervalMining", "[1]");
                              }
                              return answer;
                          }};
    anvil_->rpc("evm_setIntervalMining", "[0]");
    SendOptions options;
    options.replace_after = net::Millis{1500};
    auto us = party(endpoint.url(), "a", options);
    const auto receipt = net::run_blocking(us.sender->send(gift(1)));
    ASSERT_TRUE(receipt) << to_string(receipt.error());
    EXPECT_TRUE(receipt->success);
    EXPECT_GE(sent, 2U);
    EXPECT_EQ(balance(1), "0x1") << "at most one of the two is ever mined";
}

TEST_F(SenderTest, SaysThatAnotherTransactionTookTheNonceAndThenStartsAfresh)
{
    bool swallow = true;
    FakeEndpoint endpoint{
        [&](const std::string& body)
        {
            if (!asks(body, "eth_sendRawTransaction") || !std::exchange(swallow, false))
                return pass(body);
            auto other = party(anvil_->url(), "b");
            EXPECT_TRUE(net::run_blocking(other.sender->send(gift(2))));
            const auto id = boost::json::parse(body).at("id").as_int64();
            return testing::ok(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":"0x00"})");
        }};
    auto us = party(endpoint.url(), "a");
    const auto lost = net::run_blocking(us.sender->send(gift(1)));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::chain_nonce_conflict) << to_string(lost.error());
    EXPECT_EQ(balance(1), "0x0");
    const auto again = net::run_blocking(us.sender->send(gift(1)));
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(balance(1), "0x1");
    EXPECT_EQ(balance(2), "0x2");
}

TEST_F(SenderTest, SendsAgainWhatAReorgDropped)
{
    bool reorged = false;
    FakeEndpoint endpoint{[&](const std::string& body)
                          {
                              auto answer = pass(body);
                              if (asks(body, "eth_getTransactionReceipt") && !reorged &&
                                  answer.find("\"blockHash\"") != std::string::npos)
                              {
                                  anvil_->rpc("anvil_reorg", "[2,[]]");
                                  anvil_->rpc("anvil_dropAllTransactions");
                                  reorged = true;
                              }
                              return answer;
                          }};
    SendOptions options;
    options.confirmations = 4;
    options.replace_after = net::Millis{60'000}; // it is not the replacement that saves it
    auto us = party(endpoint.url(), "a", options);
    const auto receipt = net::run_blocking(us.sender->send(gift(1)));
    ASSERT_TRUE(receipt) << to_string(receipt.error());
    EXPECT_TRUE(reorged);
    EXPECT_EQ(balance(1), "0x1");
    const auto there =
        result("eth_getBlockByNumber", "[\"" + codec::to_quantity(receipt->block) + "\",false]");
    bool holds = false;
    for (const auto& hash : there.at("transactions").as_array())
        holds = holds || hash.as_string() == to_hex0x(receipt->txn_hash.view());
    EXPECT_TRUE(holds) << "the receipt is of the chain that is";
}

TEST_F(SenderTest, RefusesTheJournalOfAChainThatWasStartedAnew)
{
    {
        auto us = party(anvil_->url(), "a");
        ASSERT_TRUE(net::run_blocking(us.sender->send(gift(1))));
    }
    anvil_.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds{1100}); // a genesis of another second
    anvil_ = std::make_unique<Anvil>();
    auto us = party(anvil_->url(), "a");
    const auto refused = net::run_blocking(us.sender->send(gift(1)));
    ASSERT_FALSE(refused) << "the journal says that it is done, and it is not";
    EXPECT_EQ(refused.error().code, Errc::chain_wrong_chain);
    EXPECT_NE(refused.error().context.find((home_ / "a").string()), std::string::npos);
    auto fresh = party(anvil_->url(), "b");
    EXPECT_TRUE(net::run_blocking(fresh.sender->send(gift(1))));
}
} // namespace
} // namespace dmid::chain
