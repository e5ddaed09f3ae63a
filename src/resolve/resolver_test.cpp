// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.hpp"
#include "resolve/testing_world.hpp"
#include "store/lmdb/lmdb_index.hpp"

#include <algorithm>
#include <map>

namespace dmid::resolve
{
namespace
{
using boost::json::value;
using chain::testing::FakeEndpoint;

// Passes a request on to anvil and lets `change` spoil the result of one method.
using Change = std::function<void(value& result)>;
FakeEndpoint::Handler liar(std::uint16_t port, std::string method, Change change)
{
    return [port, method, change](const std::string& body)
    {
        const auto asked = boost::json::parse(body);
        auto answer = boost::json::parse(chain::testing::post(port, body));
        if (asked.at("method").as_string() == method && answer.as_object().contains("result"))
            change(answer.as_object()["result"]);
        return chain::testing::ok(boost::json::serialize(answer));
    };
}

void flip(value& hex)
{
    auto& text = hex.as_string();
    text.back() = text.back() == '1' ? '2' : '1';
}

Change alter_word(std::size_t word)
{
    return [word](value& result) { flip(result.at("storageProof").at(word).at("value")); };
}

struct Lie
{
    const char* name;
    const char* method;
    Change change;
    Errc code;
};

void flip_last_node(value& proof)
{
    auto& node = proof.as_array().back().as_string();
    node[node.size() / 2] = node[node.size() / 2] == '1' ? '2' : '1';
}

std::vector<Lie> lies()
{
    return {
        {"altered owner", "eth_getProof", alter_word(0), Errc::chain_owner_altered},
        {"altered key", "eth_getProof", alter_word(1), Errc::chain_key_altered},
        {"altered document hash", "eth_getProof", alter_word(2), Errc::proof_value_mismatch},
        {"altered document", "eth_getLogs",
         [](value& logs)
         {
             auto& data = logs.at(0).at("data").as_string();
             data[2 + 2 * 32 * 6 + 20] = data[2 + 2 * 32 * 6 + 20] == '1' ? '2' : '1';
         },
         Errc::document_hash_mismatch},
        {"absence", "eth_getProof",
         [](value& result)
         {
             for (auto& slot : result.at("storageProof").as_array())
             {
                 slot.at("value") = "0x0";
                 slot.at("proof").as_array().pop_back();
             }
         },
         Errc::chain_absence_claimed},
        {"proof nodes", "eth_getProof",
         [](value& result) { flip_last_node(result.at("storageProof").at(1).at("proof")); },
         Errc::proof_node_hash},
        {"wrong contract", "eth_getProof", [](value& result) { flip(result.at("address")); },
         Errc::chain_wrong_contract},
        {"other code", "eth_getProof", [](value& result) { flip(result.at("codeHash")); },
         Errc::proof_code_hash},
        {"state root", "eth_getBlockByNumber", [](value& block) { flip(block.at("stateRoot")); },
         Errc::proof_header_hash},
        {"other chain", "eth_chainId", [](value& id) { id = "0x1"; }, Errc::chain_wrong_chain},
        {"wrong types", "eth_getProof",
         [](value& result) {
             result = boost::json::array{1, "x"};
         },
         Errc::chain_bad_answer},
    };
}

TEST_F(AnvilTest, ResolvesByProofWhatItMintedAndPublished)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(world().number.in_fours()));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->record.owner(), world().owner_address());
    EXPECT_EQ(found->record.epoch(), 1U);
    EXPECT_GE(found->record.seq(), 1U) << "tests of names publish for it too";
    EXPECT_EQ(found->record.block().tier, proof::Tier::t1);
    ASSERT_TRUE(found->document);
    EXPECT_EQ(found->document->inbox_key, crypto::xonly_of(world().inbox).value());
    const auto again =
        proof::verify(found->record.block(), world().deployment.ref, world().number, found->bundle);
    EXPECT_TRUE(again) << to_string(again.error());
}

TEST_F(AnvilTest, ProvesThatANumberWasNeverMinted)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock};
    EXPECT_EQ(net::run_blocking(resolver.resolve("8300 0000 0000 0064")).error().code,
              Errc::resolve_not_minted);
}

TEST_F(AnvilTest, RefusesAnIdentifierOfAnotherNetwork)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock};
    const auto other = "did:dmid:1:0x" + std::string(40, '1') + ":" + world().number.digits();
    EXPECT_EQ(net::run_blocking(resolver.resolve(other)).error().code, Errc::number_network);
}

TEST_F(AnvilTest, CatchesEachLieOfOneOfThreeWithItsOwnCode)
{
    const SystemClock clock;
    for (const auto& lie : lies())
    {
        FakeEndpoint fake{liar(world().anvil.port(), lie.method, lie.change)};
        const auto three = world().connect({fake.url(), world().anvil.url(), world().anvil.url()});
        Resolver resolver{*three, world().deployment.ref, clock};
        const auto found = net::run_blocking(resolver.resolve(world().number));
        ASSERT_TRUE(found) << lie.name << ": " << to_string(found.error());
        EXPECT_EQ(found->record.block().tier, proof::Tier::t2) << lie.name;
        ASSERT_TRUE(found->document) << lie.name;
        ASSERT_FALSE(found->set_aside.empty()) << lie.name;
        EXPECT_EQ(found->set_aside.front().label, "e0") << lie.name;
        EXPECT_EQ(name(found->set_aside.front().error.code), name(lie.code))
            << lie.name << ": " << found->set_aside.front().error.context;
    }
}

TEST_F(AnvilTest, CatchesEachLieOfTheOnlyEndpointWithItsOwnCode)
{
    const SystemClock clock;
    for (const auto& lie : lies())
    {
        FakeEndpoint fake{liar(world().anvil.port(), lie.method, lie.change)};
        const auto one = world().connect({fake.url()});
        Resolver resolver{*one, world().deployment.ref, clock};
        const auto found = net::run_blocking(resolver.resolve(world().number));
        ASSERT_FALSE(found) << lie.name;
        EXPECT_EQ(name(found.error().code), name(lie.code)) << lie.name << ": " << found.error().context;
    }
}

// As a reorg between the agreement and the proof does it to an endpoint that is honest.
TEST_F(AnvilTest, AsksOnceMoreWhereTheOnlyProofIsOfAnotherBlock)
{
    const auto port = world().anvil.port();
    std::atomic<unsigned> asked = 0;
    FakeEndpoint moved{
        [port, &asked](const std::string& body)
        {
            auto request = boost::json::parse(body);
            if (request.at("method").as_string() == "eth_getProof" && asked++ == 0)
                request.at("params").as_array()[2] = "0x1";
            return chain::testing::ok(chain::testing::post(port, boost::json::serialize(request)));
        }};
    const auto one = world().connect({moved.url()});
    const SystemClock clock;
    Resolver resolver{*one, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->record.owner(), world().owner_address());
    EXPECT_EQ(asked, 2U);
}

TEST_F(AnvilTest, AsksALiarWhoseProofIsOfTheBlockOnlyOnce)
{
    const auto port = world().anvil.port();
    std::atomic<unsigned> asked = 0;
    FakeEndpoint fake{liar(port, "eth_getProof",
                           [&asked](value& result)
                           {
                               ++asked;
                               alter_word(0)(result);
                           })};
    const auto one = world().connect({fake.url()});
    const SystemClock clock;
    Resolver resolver{*one, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::chain_owner_altered) << found.error().context;
    EXPECT_EQ(asked, 1U);
}

TEST_F(AnvilTest, SetsAsideAnEndpointWhoseHeadIsStale)
{
    const auto port = world().anvil.port();
    FakeEndpoint stale{
        [port](const std::string& body)
        {
            auto asked = boost::json::parse(body);
            auto& params = asked.at("params").as_array();
            if (asked.at("method").as_string() == "eth_getBlockByNumber" && params[0] == "latest")
                params[0] = "0x1";
            return chain::testing::ok(chain::testing::post(port, boost::json::serialize(asked)));
        }};
    world().anvil.rpc("evm_increaseTime", "[120]");
    std::this_thread::sleep_for(std::chrono::seconds{2});
    const auto three = world().connect({stale.url(), world().anvil.url(), world().anvil.url()});
    const auto agreed = net::run_blocking(chain::agree_block(*three, chain::Finality::latest));
    ASSERT_TRUE(agreed) << to_string(agreed.error());
    ASSERT_EQ(agreed->set_aside.size(), 1U);
    EXPECT_EQ(agreed->set_aside[0].error.code, Errc::chain_stale_head);
    EXPECT_EQ(agreed->block.agreeing, 2U);
    EXPECT_EQ(agreed->block.asked, 3U);
}

TEST_F(AnvilTest, NeedsAMajorityThatAnswers)
{
    const auto closed = "http://127.0.0.1:" + std::to_string(chain::testing::free_port());
    const auto three = world().connect({closed, closed, world().anvil.url()});
    EXPECT_EQ(net::run_blocking(chain::agree_block(*three, chain::Finality::latest)).error().code,
              Errc::chain_no_agreement);
    const auto two_of_three = world().connect({closed, world().anvil.url(), world().anvil.url()});
    EXPECT_TRUE(net::run_blocking(chain::agree_block(*two_of_three, chain::Finality::finalized)));
}

TEST_F(AnvilTest, SendsNothingTwice)
{
    auto act = world().actions();
    const auto before = world().anvil.rpc(
        "eth_getTransactionCount", "[\"" + to_hex0x(world().sender->payer().view()) + "\",\"latest\"]");
    const auto minted = net::run_blocking(act.mint("first", world().owner_address(), net::Millis{1000}));
    ASSERT_TRUE(minted);
    EXPECT_EQ(minted->number, world().number);
    const auto published = net::run_blocking(
        act.publish(world().owner, world().number, world().publication(world().number, 1, world().inbox)));
    ASSERT_TRUE(published) << to_string(published.error());
    EXPECT_TRUE(published->success);
    EXPECT_EQ(before, world().anvil.rpc("eth_getTransactionCount",
                                        "[\"" + to_hex0x(world().sender->payer().view()) + "\",\"latest\"]"));
}

TEST_F(AnvilTest, RefusesAForeignOwnerKeyAndSaysWhyATransferIsRefused)
{
    auto act = world().actions();
    const auto foreign =
        net::run_blocking(act.transfer(keys::random_private_key(), world().number, Address{}));
    EXPECT_EQ(foreign.error().code, Errc::chain_not_owner);
    const auto to = crypto::address_of(keys::random_private_key()).value();
    const auto locked = net::run_blocking(act.transfer(world().owner, world().number, to));
    EXPECT_EQ(locked.error().code, Errc::chain_reverted);
    EXPECT_NE(locked.error().context.find("IsLocked"), std::string::npos) << locked.error().context;
}

TEST_F(AnvilTest, GoesOnWithAMintThatWasCutAndMovesItThroughLockTransferAndIndex)
{
    auto act = world().actions();
    const auto cut = net::run_blocking(act.mint("second", world().owner_address(), net::Millis{0}));
    EXPECT_EQ(cut.error().code, Errc::chain_not_mined);
    const auto minted = net::run_blocking(act.mint("second", world().owner_address(), net::Millis{60'000}));
    ASSERT_TRUE(minted) << to_string(minted.error());
    const auto number = minted->number;
    const auto buyer = keys::random_private_key();
    using chain::registry::LockStep;
    auto announced = net::run_blocking(act.lock_step(world().owner, number, LockStep::announce_unlock));
    ASSERT_TRUE(announced) << to_string(announced.error());
    const auto early = net::run_blocking(act.lock_step(world().owner, number, LockStep::execute_unlock));
    EXPECT_NE(early.error().context.find("TooEarly"), std::string::npos) << early.error().context;
    world().anvil.rpc("evm_increaseTime", "[86460]");
    std::this_thread::sleep_for(std::chrono::seconds{2});
    const auto executed = net::run_blocking(act.lock_step(world().owner, number, LockStep::execute_unlock));
    ASSERT_TRUE(executed) << to_string(executed.error());
    const auto moved = net::run_blocking(
        act.transfer_and_publish(world().owner, buyer, number, world().publication(number, 2, buyer)));
    ASSERT_TRUE(moved) << to_string(moved.error());

    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(number));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->record.epoch(), 2U);
    EXPECT_EQ(found->record.owner(), crypto::address_of(buyer).value());

    store::lmdb::Options options;
    options.directory = world().home / "index";
    const auto index = store::lmdb::open_index(options).value();
    chain::FollowOptions follow;
    follow.start_block = world().deployment.block;
    follow.logs.max_range = 7;
    chain::Follower follower{*world().endpoints, world().deployment.ref, *index, follow};
    const auto followed = net::run_blocking(follower.catch_up());
    ASSERT_TRUE(followed) << to_string(followed.error());
    const auto row = index->find(number.value());
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->owner, found->record.owner());
    EXPECT_EQ((*row)->epoch, found->record.epoch());
    EXPECT_EQ((*row)->seq, found->record.seq());
    EXPECT_EQ((*row)->flags, found->record.flags());
    EXPECT_EQ((*row)->document_hash, found->record.document_hash());
    EXPECT_EQ((*row)->inbox_key, found->record.inbox_key());
    const auto again = net::run_blocking(follower.step());
    ASSERT_TRUE(again) << to_string(again.error());
}

// Passes everything on and counts the calls of each method.
FakeEndpoint::Handler counter(std::uint16_t port, std::map<std::string, unsigned>& calls)
{
    return [port, &calls](const std::string& body)
    {
        ++calls[std::string{boost::json::parse(body).at("method").as_string()}];
        return chain::testing::ok(chain::testing::post(port, body));
    };
}

TEST_F(AnvilTest, AsksNobodyAgainWhileTheHeadIsTheSame)
{
    const SystemClock clock;
    std::map<std::string, unsigned> calls;
    FakeEndpoint fake{counter(world().anvil.port(), calls)};
    const auto one = world().connect({fake.url()});
    ResolveOptions options;
    options.agreement_for = net::Millis{0};
    Resolver resolver{*one, world().deployment.ref, clock, {}, options};
    const auto head = net::run_blocking(resolver.agreement(chain::Finality::latest)).value();
    resolver.offer(head);
    ASSERT_TRUE(net::run_blocking(resolver.resolve(world().number)));
    const auto before = fake.requests();
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(net::run_blocking(resolver.resolve(world().number)));
    EXPECT_EQ(fake.requests(), before);
}

TEST_F(AnvilTest, ProvesAgainWithOneQuestionForAllNumbersWhileTheRegistryIsUnchanged)
{
    const SystemClock clock;
    std::map<std::string, unsigned> calls;
    FakeEndpoint fake{counter(world().anvil.port(), calls)};
    const auto one = world().connect({fake.url()});
    Resolver resolver{*one, world().deployment.ref, clock};
    const auto number = world().number;
    const auto absent = model::parse_identifier("8300 0000 0000 0064").value().number;
    const auto first = net::run_blocking(resolver.resolve(number));
    ASSERT_TRUE(first);
    EXPECT_EQ(net::run_blocking(resolver.resolve(absent)).error().code, Errc::resolve_not_minted);
    std::this_thread::sleep_for(std::chrono::milliseconds{2500}); // a block or two later
    resolver.offer(net::run_blocking(chain::agree_block(*one, chain::Finality::latest)).value());
    calls.clear();
    const auto again = net::run_blocking(resolver.resolve(number));
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(net::run_blocking(resolver.resolve(absent)).error().code, Errc::resolve_not_minted);
    EXPECT_GT(again->record.block().number, first->record.block().number);
    EXPECT_EQ(again->document, first->document);
    EXPECT_EQ(calls["eth_getProof"], 1U);
    EXPECT_EQ(calls["eth_getLogs"], 0U);
    const auto proven = proof::verify(again->record.block(), world().deployment.ref, number, again->bundle);
    EXPECT_TRUE(proven) << to_string(proven.error());
}

TEST_F(AnvilTest, FollowsADeclaredVerifyingEndpointAlone)
{
    const SystemClock clock;
    chain::ChainConfig config;
    config.chain_id = chain::kLocalChain;
    config.rpc.attempts = 1;
    const auto closed = "http://127.0.0.1:" + std::to_string(chain::testing::free_port());
    config.endpoints.push_back({"plain", closed, false});
    config.endpoints.push_back({"helios", world().anvil.url(), true});
    const auto endpoints = chain::Endpoints::make(world().http, config).value();
    Resolver resolver{*endpoints, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->record.block().tier, proof::Tier::t3);
    EXPECT_EQ(found->record.block().asked, 1U);
    EXPECT_EQ(found->served_by, "helios");
}

TEST_F(AnvilTest, FallsBackToAMajorityWhereTheVerifyingEndpointIsSilent)
{
    const SystemClock clock;
    chain::ChainConfig config;
    config.chain_id = chain::kLocalChain;
    config.rpc.attempts = 1;
    const auto closed = "http://127.0.0.1:" + std::to_string(chain::testing::free_port());
    config.endpoints.push_back({"helios", closed, true});
    config.endpoints.push_back({"a", world().anvil.url(), false});
    config.endpoints.push_back({"b", world().anvil.url(), false});
    const auto endpoints = chain::Endpoints::make(world().http, config).value();
    Resolver resolver{*endpoints, world().deployment.ref, clock};
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->record.block().tier, proof::Tier::t2);
    ASSERT_FALSE(found->set_aside.empty());
    EXPECT_EQ(found->set_aside.front().label, "helios");
}

TEST_F(AnvilTest, ReadsAtTheBlockOfEachFinality)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock};
    std::this_thread::sleep_for(std::chrono::milliseconds{3500}); // until the publish is final
    std::vector<std::uint64_t> heights;
    for (const auto finality : {chain::Finality::finalized, chain::Finality::safe, chain::Finality::latest})
    {
        const auto found = net::run_blocking(resolver.resolve(world().number, finality));
        ASSERT_TRUE(found) << to_string(found.error());
        EXPECT_EQ(found->finality, finality);
        EXPECT_EQ(found->record.block().finalized, finality == chain::Finality::finalized);
        heights.push_back(found->record.block().number);
    }
    EXPECT_TRUE(std::is_sorted(heights.begin(), heights.end()));
    EXPECT_LT(heights.front(), heights.back());
}
} // namespace
} // namespace dmid::resolve
