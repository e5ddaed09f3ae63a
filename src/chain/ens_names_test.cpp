// SPDX-License-Identifier: Apache-2.0
#include "chain/ens_names.hpp"
#include "chain/testing_http.hpp"
#include "codec/abi.hpp"
#include "codec/json.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>

namespace dmid::chain
{
namespace
{
using testing::FakeEndpoint;
using Kind = EnsText::Kind;

Bytes encoded(const char* types, const codec::AbiValue::List& values)
{
    return codec::encode_abi(codec::parse_abi_types(types).value(), values).value();
}
Bytes text_answer(const std::string& text)
{
    return encoded("(string)", {text});
}
Bytes word_of(std::uint8_t last)
{
    Bytes out(32);
    out.back() = last;
    return out;
}
model::EnsName named(std::string_view text)
{
    return model::EnsName::parse(text).value();
}
const std::string kDid = "did:dmid:8312345678901210";

/// Answers of contracts by call data; where a call is not listed: as an address without a contract.
using Answers = std::map<std::string, std::string>;

std::string result_of(const Bytes& data)
{
    return R"("result":")" + to_hex0x(data) + "\"";
}
const std::string kRevert = R"("error":{"code":3,"message":"execution reverted","data":"0x08c379a0"})";
const std::string kOffchain = R"("error":{"code":3,"message":"execution reverted","data":"0x556f1830ff"})";

std::unique_ptr<FakeEndpoint> resolving(Answers answers)
{
    return std::make_unique<FakeEndpoint>(
        [answers = std::move(answers)](const std::string& body)
        {
            const auto asked = json::parse(body);
            const auto id = std::to_string(asked.at("id").as_int64());
            const std::string data{asked.at("params").at(0).at("data").as_string()};
            const auto found = answers.find(data);
            const bool of_registry = data.starts_with("0x0178b8bf");
            const auto said = found != answers.end() ? found->second
                              : of_registry          ? result_of(Bytes(32))
                                                     : std::string{R"("result":"0x")"};
            return testing::ok(R"({"jsonrpc":"2.0","id":)" + id + "," + said + "}");
        });
}

/// Endpoints that all vouched for one block.
class Resolving
{
public:
    explicit Resolving(const std::vector<Answers>& all)
    {
        ChainConfig config;
        config.chain_id = kLocalChain;
        config.rpc.attempts = 1;
        for (const auto& answers : all)
        {
            fakes_.push_back(resolving(answers));
            config.endpoints.push_back({"e" + std::to_string(fakes_.size()), fakes_.back()->url(), false});
        }
        endpoints_ = Endpoints::make(http_, config).value();
        agreement_.block.tier = all.size() > 1 ? proof::Tier::t2 : proof::Tier::t1;
        for (std::size_t i = 0; i < all.size(); ++i)
            agreement_.vouched.push_back(i);
    }
    Result<Word<EnsText>> ask(std::string_view name)
    {
        return net::run_blocking(
            ask_ens_text(*endpoints_, agreement_, Address{}, named(name), std::string{kNumberKey}));
    }
    unsigned asked() const { return fakes_.front()->requests(); }

private:
    net::HttpClient http_;
    std::vector<std::unique_ptr<FakeEndpoint>> fakes_;
    std::unique_ptr<Endpoints> endpoints_;
    Agreement agreement_;
};

Answers plain(const std::string& text)
{
    const auto name = named("alice.eth");
    return {{to_hex0x(call_resolver(name.node())), result_of(word_of(9))},
            {to_hex0x(call_text(name, kNumberKey)), result_of(text_answer(text))}};
}
/// A resolver of eth that speaks for the names below it, and answers so.
Answers above(const std::string& answer)
{
    const auto name = named("alice.eth");
    return {{to_hex0x(call_resolver(name.node_above(1))), result_of(word_of(9))},
            {to_hex0x(call_supports_extended()), result_of(word_of(1))},
            {to_hex0x(call_resolve(name, kNumberKey)), answer}};
}

// MUST NAME-03
TEST(EnsNames, TheCallsAreThoseOfTheContracts)
{
    const auto name = named("foo.eth");
    EXPECT_EQ(to_hex(call_resolver(name.node())), "0178b8bf" + to_hex(name.node().view()));
    EXPECT_EQ(to_hex(call_supports_extended()), "01ffc9a79061b923" + std::string(56, '0'));
    EXPECT_EQ(to_hex(call_text(name, "k")).substr(0, 8), "59d1d43c");
    EXPECT_EQ(to_hex(call_resolve(name, "k")).substr(0, 8), "9061b923");
    Hash32 block{};
    block.bytes[0] = 0x99;
    const auto params = ens_call_params(Address{}, {1}, block);
    EXPECT_EQ(params[0].at("gas").as_string(), codec::to_quantity(kEnsGas));
    EXPECT_EQ(params[1].at("blockHash").as_string(), to_hex0x(block.view()));
}

// MUST NAME-03, NAME-05
TEST(EnsNames, ARecordIsWhatAsManySayAsHadToAgreeOnTheBlock)
{
    const auto word = Resolving({plain(kDid), plain("lie"), plain(kDid)}).ask("alice.eth");
    ASSERT_TRUE(word) << to_string(word.error());
    EXPECT_EQ(word->said, (EnsText{Kind::text, kDid}));
    EXPECT_EQ(word->agreeing, 2U);
    EXPECT_EQ(Resolving({plain(kDid), plain("lie")}).ask("alice.eth").error().code, Errc::chain_no_agreement);
    Answers broken = plain(kDid);
    for (auto& [call, answer] : broken)
        answer = R"("error":{"code":-32005,"message":"limit exceeded"})";
    EXPECT_EQ(Resolving({broken, plain(kDid), plain(kDid)}).ask("alice.eth")->said.text, kDid);
    EXPECT_EQ(Resolving({broken, broken, plain(kDid)}).ask("alice.eth").error().code, Errc::chain_rpc_error)
        << "an endpoint that fails says nothing";
}

// MUST NAME-03
TEST(EnsNames, AResolverAboveSpeaksForTheNamesBelowOnlyWhereItSaysSo)
{
    EXPECT_EQ(
        Resolving({above(result_of(encoded("(bytes)", {text_answer(kDid)})))}).ask("alice.eth")->said.text,
        kDid);
    auto silent = above(result_of(encoded("(bytes)", {text_answer(kDid)})));
    silent[to_hex0x(call_supports_extended())] = kRevert;
    EXPECT_EQ(Resolving({silent}).ask("alice.eth")->said, EnsText{});
    Resolving deep({Answers{}});
    EXPECT_EQ(deep.ask("a.b.c.d.e.f.g.h.eth")->said, EnsText{});
    EXPECT_EQ(deep.asked(), 1U + kMaxEnsUp) << "the search ends";
}

// MUST NAME-06
TEST(EnsNames, AServerOutsideOfTheChainIsNamedAndNotFollowed)
{
    EXPECT_EQ(Resolving({above(kOffchain)}).ask("alice.eth")->said, EnsText{Kind::off_chain});
    EXPECT_EQ(Resolving({above(kRevert)}).ask("alice.eth")->said, EnsText{});
}

Result<EnsOutcome> outcome_of(const json::value& result)
{
    return read_ens_outcome(RpcOutcome{result});
}

// MUST NAME-05
TEST(EnsNames, WhatIsNoAnswerOfTheProtocolIsTheEndpointsAndEverythingElseTheContracts)
{
    EXPECT_FALSE(outcome_of(json::value(7)));
    EXPECT_FALSE(outcome_of(json::value("0xzz")));
    EXPECT_FALSE(outcome_of(json::value()));
    const auto endless = outcome_of(json::value("0x" + std::string(2 * kMaxEnsAnswer + 2, '0')));
    ASSERT_TRUE(endless) << to_string(endless.error());
    EXPECT_EQ(read_text(*endless, false).kind, Kind::unreadable);
    for (const auto* words :
         {"execution reverted", "VM Exception: revert", "invalid opcode: INVALID", "out of gas"})
        EXPECT_TRUE(read_ens_outcome(RpcOutcome{RpcRefusal{-32000, words, {}}})) << words;
    for (const auto* words : {"header not found", "too many requests", ""})
        EXPECT_FALSE(read_ens_outcome(RpcOutcome{RpcRefusal{-32000, words, {}}})) << words;
}

// MUST NAME-04
TEST(EnsNames, ARecordIsShortTextAndNothingElse)
{
    EXPECT_EQ(read_text(text_answer(std::string(kMaxEnsText, '8')), false).kind, Kind::text);
    EXPECT_EQ(read_text(text_answer(std::string(kMaxEnsText + 1, '8')), false).kind, Kind::unreadable);
    EXPECT_EQ(read_text(text_answer("\xff\xfe"), false).kind, Kind::unreadable);
    EXPECT_EQ(read_text(text_answer(""), false).kind, Kind::none);
    EXPECT_EQ(read_text(Bytes{}, false).kind, Kind::none) << "no contract";
    EXPECT_EQ(read_text(encoded("(bytes)", {Bytes{}}), true).kind, Kind::none);
    EXPECT_EQ(read_text(text_answer(kDid), true).kind, Kind::unreadable) << "not wrapped";
    EXPECT_EQ(read_text(word_of(32), false).kind, Kind::unreadable) << "an offset to nowhere";
    auto far = text_answer(kDid);
    far[32] = 0x80; // a length of 2^255
    EXPECT_EQ(read_text(far, false).kind, Kind::unreadable);
    auto shifted = text_answer(kDid);
    shifted.insert(shifted.begin() + 32, 32, 0xee);
    shifted[31] = 64;
    EXPECT_EQ(read_text(shifted, false).text, kDid) << "offsets are theirs to choose";
}

TEST(EnsNames, ARegistryAnswersOneAddressAndAnInterfaceOneClearYes)
{
    EXPECT_EQ(read_resolver(word_of(9))->bytes.back(), 9U);
    for (const auto& other : {Bytes{}, Bytes(64), Bytes(32, 0xff)})
        EXPECT_EQ(read_resolver(other).error().code, Errc::chain_bad_answer);
    EXPECT_FALSE(read_resolver(EnsFailure::reverted));
    EXPECT_TRUE(read_supports(word_of(1)));
    for (const auto& other : {EnsOutcome{word_of(2)}, EnsOutcome{Bytes{}}, EnsOutcome{Bytes(32, 0xff)},
                              EnsOutcome{Bytes(64)}, EnsOutcome{EnsFailure::reverted}})
        EXPECT_FALSE(read_supports(other));
}
} // namespace
} // namespace dmid::chain
