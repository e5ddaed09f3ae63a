// SPDX-License-Identifier: Apache-2.0
#include "chain/agree.hpp"
#include "chain/fees.hpp"
#include "chain/testing_http.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

namespace dmid::chain
{
namespace
{
using testing::FakeEndpoint;
using testing::ok;

RpcOptions impatient()
{
    RpcOptions options;
    options.deadline = net::Millis{2000};
    options.attempts = 2;
    options.backoff = net::Millis{5};
    options.max_answer = 1U << 20U;
    return options;
}

EndpointConfig named(const FakeEndpoint& fake)
{
    return {"alpha", fake.url(), false};
}

std::string id_in(const std::string& body)
{
    return std::to_string(boost::json::parse(body).at("id").as_int64());
}

// The error of one call to an endpoint that answers so.
Error error_of(FakeEndpoint::Handler handler)
{
    FakeEndpoint fake{std::move(handler)};
    net::HttpClient http;
    Endpoint endpoint{http, named(fake), impatient()};
    auto answer = net::run_blocking(endpoint.call("eth_chainId", json::array{}));
    EXPECT_FALSE(answer);
    auto error = answer ? Error{} : answer.error();
    EXPECT_EQ(error.context.find("secret-key"), std::string::npos) << error.context;
    EXPECT_EQ(error.context.find("127.0.0.1"), std::string::npos) << error.context;
    EXPECT_EQ(error.context.rfind("alpha: ", 0), 0U) << error.context;
    return error;
}

Errc code_of_body(std::string body)
{
    return error_of([body](const std::string&) { return ok(body); }).code;
}

TEST(Rpc, GivesTheResultOfACall)
{
    FakeEndpoint fake{[](const std::string& body)
                      { return ok(R"({"jsonrpc":"2.0","id":)" + id_in(body) + R"(,"result":"0x7a69"})"); }};
    net::HttpClient http;
    Endpoint endpoint{http, named(fake), impatient()};
    const auto answer = net::run_blocking(endpoint.call("eth_chainId", json::array{}));
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(*answer, "0x7a69");
}

TEST(Rpc, RefusesEveryAnswerThatIsNotTheProtocol)
{
    for (const char* body :
         {"", "null", "[]", "\"x\"", "{", "{}", R"({"jsonrpc":"1.0","id":1,"result":1})",
          R"({"jsonrpc":"2.0","id":2,"result":1})", R"({"jsonrpc":"2.0","id":"1","result":1})",
          R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"error":7})",
          R"({"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1}})",
          R"({"jsonrpc":"2.0","id":1,"result":1}x)", "<html>busy</html>"})
        EXPECT_EQ(code_of_body(body), Errc::chain_bad_answer) << body;
}

TEST(Rpc, RefusesJsonNestedAHundredDeep)
{
    const auto deep =
        R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(100, '[') + std::string(100, ']') + "}";
    EXPECT_EQ(code_of_body(deep), Errc::chain_bad_answer);
}

TEST(Rpc, CutsAnAnswerThatAnnouncesAGigabyte)
{
    const auto error =
        error_of([](const std::string&)
                 { return std::string{"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{"}; });
    EXPECT_EQ(error.code, Errc::chain_answer_too_large);
}

TEST(Rpc, CutsAnAnswerWithoutEndAtTheLimit)
{
    const auto error =
        error_of([](const std::string&)
                 { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(3U << 20U, ' '); });
    EXPECT_EQ(error.code, Errc::chain_answer_too_large);
}

TEST(Rpc, ShowsTheEndpointsWordsMadeHarmless)
{
    const auto error = error_of(
        [](const std::string& body)
        {
            return ok(R"({"jsonrpc":"2.0","id":)" + id_in(body) +
                      R"(,"error":{"code":-32000,"message":"no\u001b[31m\nsuch block"}})");
        });
    EXPECT_EQ(error.code, Errc::chain_rpc_error);
    EXPECT_EQ(error.context, "alpha: eth_chainId: no [31m such block (-32000)");
}

TEST(Rpc, TriesAgainWhereTheServerIsBusyAndNotWhereItAnswers)
{
    FakeEndpoint busy{[](const std::string&) {
        return std::string{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
    }};
    net::HttpClient http;
    Endpoint one{http, named(busy), impatient()};
    const auto first = net::run_blocking(one.call("eth_chainId", json::array{}));
    EXPECT_EQ(first.error().code, Errc::chain_endpoint_unreachable);
    EXPECT_EQ(busy.requests(), 2U);
    FakeEndpoint wrong{[](const std::string&) { return ok("{}"); }};
    Endpoint two{http, named(wrong), impatient()};
    const auto second = net::run_blocking(two.call("eth_chainId", json::array{}));
    EXPECT_FALSE(second);
    EXPECT_EQ(wrong.requests(), 1U);
}

TEST(Rpc, SortsTheAnswersOfABatchAndRefusesForeignIds)
{
    FakeEndpoint fake{[](const std::string& body)
                      {
                          const auto calls = boost::json::parse(body).as_array();
                          boost::json::array answers;
                          for (auto call = calls.rbegin(); call != calls.rend(); ++call)
                              answers.push_back(boost::json::object{{"jsonrpc", "2.0"},
                                                                    {"id", call->at("id")},
                                                                    {"result", call->at("method")}});
                          return ok(boost::json::serialize(answers));
                      }};
    net::HttpClient http;
    Endpoint endpoint{http, named(fake), impatient()};
    std::vector<RpcCall> calls{{"a", {}}, {"b", {}}};
    const auto answers = net::run_blocking(endpoint.batch(std::move(calls)));
    ASSERT_TRUE(answers) << to_string(answers.error());
    EXPECT_EQ(std::get<json::value>(answers->at(0)), "a");
    FakeEndpoint liar{[](const std::string&) {
        return ok(R"([{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":1,"result":2}])");
    }};
    Endpoint other{http, named(liar), impatient()};
    std::vector<RpcCall> again{{"a", {}}, {"b", {}}};
    EXPECT_EQ(net::run_blocking(other.batch(std::move(again))).error().code, Errc::chain_bad_answer);
}

TEST(Endpoints, DemandsAMajorityAndLabelsOfTheirOwn)
{
    net::HttpClient http;
    ChainConfig config;
    EXPECT_EQ(Endpoints::make(http, config).error().code, Errc::config_missing);
    config.endpoints = {{"a", "http://127.0.0.1:1", false}, {"b", "http://127.0.0.1:2", false}};
    EXPECT_EQ((*Endpoints::make(http, config))->quorum(), 2U);
    config.quorum = 1;
    EXPECT_EQ(Endpoints::make(http, config).error().code, Errc::config_value);
    config.quorum = 2;
    config.endpoints[1].label = "a";
    EXPECT_EQ(Endpoints::make(http, config).error().code, Errc::config_value);
}

TEST(Fees, TakesTheMedianTipAndTwiceTheNextBaseFee)
{
    const auto history = codec::parse_json(
        R"({"baseFeePerGas":["0x1","0x64"],"reward":[["0x3b9aca00"],["0x0"],["0x77359400"]]})");
    const auto fees = fees_of(codec::JsonItem{*history, "fees"});
    ASSERT_TRUE(fees) << to_string(fees.error());
    EXPECT_EQ(fees->tip, codec::U256{1'000'000'000});
    EXPECT_EQ(fees->max_fee, codec::U256{1'000'000'200});
    const auto raised = raise_fees(*fees, Fees{});
    EXPECT_EQ(raised.tip, codec::U256{1'125'000'001});
    EXPECT_EQ(in_ether(codec::U256{12'300'000'000'000'000}), "0.0123 ether");
}

TEST(Fees, NamesPayerAndSumWhereFundsAreMissing)
{
    FakeEndpoint fake{[](const std::string& body)
                      {
                          const bool balance = body.find("eth_getBalance") != std::string::npos;
                          return ok(R"({"jsonrpc":"2.0","id":)" + id_in(body) + R"(,"result":")" +
                                    (balance ? "0x16345785d8a0000" : "0x1") + "\"}");
                      }};
    net::HttpClient http;
    ChainConfig config;
    config.chain_id = 1;
    config.endpoints = {named(fake)};
    const auto endpoints = Endpoints::make(http, config).value();
    Address payer;
    payer.bytes.fill(0xab);
    const auto wei = codec::U256{350'000'000'000'000'000};
    const auto lacking = net::run_blocking(ensure_funds(*endpoints, payer, wei));
    ASSERT_FALSE(lacking);
    EXPECT_EQ(lacking.error().code, Errc::chain_no_funds);
    EXPECT_NE(lacking.error().context.find(to_hex0x(payer.view())), std::string::npos)
        << lacking.error().context;
    EXPECT_NE(lacking.error().context.find("send 0.25 ether"), std::string::npos) << lacking.error().context;
}
} // namespace
} // namespace dmid::chain
