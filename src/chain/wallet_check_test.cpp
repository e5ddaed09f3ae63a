// SPDX-License-Identifier: Apache-2.0
#include "chain/testing_http.hpp"
#include "chain/wallet_check.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace dmid::chain
{
namespace
{
using testing::FakeEndpoint;

const std::string kYesWord = "0x" + std::string(63, '0') + "1";
const std::string kNoWord = "0x" + std::string(64, '0');

/// An endpoint that answers every call so; with an empty text it is broken.
std::unique_ptr<FakeEndpoint> saying(const std::string& result)
{
    return std::make_unique<FakeEndpoint>(
        [result](const std::string& body)
        {
            const auto id = std::to_string(json::parse(body).at("id").as_int64());
            if (result.empty())
                return std::string{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
            if (result == "revert")
                return testing::ok(R"({"jsonrpc":"2.0","id":)" + id +
                                   R"(,"error":{"code":3,"message":"execution reverted"}})");
            return testing::ok(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":")" + result + "\"}");
        });
}

/// Several endpoints that all vouched for one block.
class Several
{
public:
    explicit Several(const std::vector<std::string>& answers)
    {
        ChainConfig config;
        config.chain_id = kLocalChain;
        config.rpc.attempts = 1;
        for (const auto& answer : answers)
        {
            fakes_.push_back(saying(answer));
            config.endpoints.push_back({"e" + std::to_string(fakes_.size()), fakes_.back()->url(), false});
        }
        endpoints_ = Endpoints::make(http_, config).value();
        agreement_.block.number = 7;
        agreement_.block.tier = answers.size() > 1 ? proof::Tier::t2 : proof::Tier::t1;
        for (std::size_t i = 0; i < answers.size(); ++i)
            agreement_.vouched.push_back(i);
    }
    Result<WalletWord> ask()
    {
        return net::run_blocking(
            ask_wallet(*endpoints_, agreement_, Address{}, Hash32{}, codec::ContractSignature{{1, 2}, {}}));
    }
    unsigned asked(std::size_t i) const { return fakes_[i]->requests(); }

private:
    net::HttpClient http_;
    std::vector<std::unique_ptr<FakeEndpoint>> fakes_;
    std::unique_ptr<Endpoints> endpoints_;
    Agreement agreement_;
};

Errc code_of(const std::vector<std::string>& answers)
{
    const auto word = Several{answers}.ask();
    return word ? Errc::internal_bug : word.error().code;
}

TEST(WalletCheck, TheWholeQuestionIsOneBoundedCallInTheAgreedBlock)
{
    codec::ContractSignature signature{{0xab}, codec::FirstCall{{}, {0xcd}}};
    signature.first->target.bytes[0] = 0x11;
    Hash32 block{};
    block.bytes[0] = 0x99;
    const auto params = wallet_check_params(Address{}, Hash32{}, signature, block).value();
    ASSERT_EQ(params.size(), 2U);
    EXPECT_EQ(params[0].at("gas").as_string(), codec::to_quantity(kWalletCheckGas));
    EXPECT_FALSE(params[0].as_object().contains("to")) << "nothing is deployed";
    EXPECT_NE(params[0].at("from").as_string(), "0x" + std::string(40, '0'));
    EXPECT_EQ(params[1].at("blockHash").as_string(), to_hex0x(block.view()));
}

TEST(WalletCheck, OneWordIsAnAnswerAndNothingElseIs)
{
    EXPECT_TRUE(read_wallet_check(json::value(kYesWord)).value());
    EXPECT_FALSE(read_wallet_check(json::value(kNoWord)).value());
    for (const auto& other :
         {json::value("0x"), json::value("0x01"), json::value(kYesWord + "00"), json::value(true),
          json::value(), json::value("0x" + std::string(63, '0') + "2"),
          json::value("0x1626ba7e" + std::string(56, '0'))})
        EXPECT_FALSE(read_wallet_check(other)) << json::serialize(other);
}

TEST(WalletCheck, AsManyAsHadToAgreeOnTheBlockMustSayTheSame)
{
    Several three{{kYesWord, kYesWord, kNoWord}};
    const auto word = three.ask();
    ASSERT_TRUE(word) << to_string(word.error());
    EXPECT_TRUE(word->yes);
    EXPECT_EQ(word->agreeing, 2U);
    EXPECT_EQ(word->block.number, 7U);
    EXPECT_EQ(three.asked(2), 0U) << "two of three are enough";
    EXPECT_FALSE(Several({kNoWord, kYesWord, kNoWord}).ask()->yes) << "one that lies is outvoted";
    EXPECT_TRUE(Several({kYesWord}).ask()->yes) << "one endpoint: its word";
}

TEST(WalletCheck, AnEndpointThatFailsIsNeitherAYesNorANo)
{
    EXPECT_TRUE(Several({"", kYesWord, kYesWord}).ask()->yes);
    EXPECT_EQ(code_of({"", ""}), Errc::chain_endpoint_unreachable);
    EXPECT_EQ(code_of({kYesWord, "", ""}), Errc::chain_endpoint_unreachable) << "one of three is too few";
    EXPECT_EQ(code_of({kNoWord, "", ""}), Errc::chain_endpoint_unreachable);
    EXPECT_EQ(code_of({"revert"}), Errc::chain_rpc_error) << "the code that was sent never reverts";
    EXPECT_EQ(code_of({"0x"}), Errc::chain_bad_answer);
    EXPECT_EQ(code_of({kYesWord, kNoWord}), Errc::chain_no_agreement);
    EXPECT_EQ(code_of({kYesWord, kNoWord, ""}), Errc::chain_no_agreement);
}
} // namespace
} // namespace dmid::chain
