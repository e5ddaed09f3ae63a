// SPDX-License-Identifier: Apache-2.0
// What is final, since when, and what endpoints leave out: on a real chain whose finality lies far back.
#include "chain/follower.hpp"
#include "resolve/index_check.hpp"
#include "resolve/testing_world.hpp"
#include "store/lmdb/lmdb_index.hpp"

namespace dmid::resolve
{
namespace
{
using chain::testing::FakeEndpoint;

/// Far more blocks than the tests live seconds: nothing becomes final by itself.
constexpr unsigned kSlots = 300;

class FinalityTest : public ::testing::Test
{
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(chain::testing::anvil_binary()))
            GTEST_SKIP() << "no anvil: run npm ci in contracts/";
        static World shared{kSlots};
        world_ = &shared;
        ASSERT_EQ(shared.trouble, "");
    }
    World& world() const { return *world_; }

    /// Another key, published in the newest block.
    void publish() const
    {
        auto act = world().actions();
        const auto key = keys::random_private_key();
        const auto done = net::run_blocking(
            act.publish(world().owner, world().number, world().publication(world().number, 1, key)));
        ASSERT_TRUE(done) << to_string(done.error());
    }
    static ResolveOptions fresh()
    {
        ResolveOptions options;
        options.agreement_for = options.finalized_for = options.final_for = net::Millis{0};
        return options;
    }
    static net::Task<Result<bool>> ask(Resolver& resolver, model::Number number)
    {
        DMID_CO_TRY(auto found, co_await resolver.resolve(number));
        co_return co_await resolver.is_final(found.record);
    }
    bool is_final(Resolver& resolver) const
    {
        return net::run_blocking(ask(resolver, world().number)).value();
    }
    /// Passes everything on to anvil, with what `answer` makes of it.
    FakeEndpoint::Handler between(std::function<void(const boost::json::value&, boost::json::object&)> change)
    {
        return [port = world().anvil.port(), change](const std::string& body)
        {
            auto answer = boost::json::parse(chain::testing::post(port, body));
            change(boost::json::parse(body), answer.as_object());
            return chain::testing::ok(boost::json::serialize(answer));
        };
    }
    static std::unique_ptr<store::Index> open_index(const std::filesystem::path& folder)
    {
        store::lmdb::Options options;
        options.directory = folder;
        return store::lmdb::open_index(options).value();
    }
    Result<> follow(const std::string& url, store::Index& index)
    {
        const auto endpoints = world().connect({url});
        chain::Follower follower{*endpoints, world().deployment.ref, index};
        DMID_TRY(net::run_blocking(follower.catch_up()));
        return {};
    }

private:
    World* world_ = nullptr;
};

// MUST FIN-01
TEST_F(FinalityTest, APublicationIsFinalOnceTheFinalizedBlockHasReachedIt)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock, {}, fresh()};
    publish();
    EXPECT_FALSE(is_final(resolver));
    world().mine(2 * kSlots + 50);
    EXPECT_TRUE(is_final(resolver));
    publish();
    EXPECT_FALSE(is_final(resolver)) << "another one is not";
}

// MUST FIN-02
TEST_F(FinalityTest, WhereNobodyNamesAFinalizedBlockDepthCounts)
{
    const SystemClock clock;
    FakeEndpoint without{between(
        [](const boost::json::value& asked, boost::json::object& answer)
        {
            if (asked.at("method").as_string() != "eth_getBlockByNumber" ||
                asked.at("params").at(0) != "finalized")
                return;
            answer.erase("result");
            answer["error"] = {{"code", -32602}, {"message", "invalid block tag"}};
        })};
    const auto endpoints = world().connect({without.url()});
    Resolver resolver{*endpoints, world().deployment.ref, clock, {}, fresh()};
    publish();
    EXPECT_FALSE(is_final(resolver));
    world().mine(kFinalDepth);
    EXPECT_TRUE(is_final(resolver));
}

TEST_F(FinalityTest, AnEditionLastsUntilTheAgreedBlockOrWhatIsFinalChanges)
{
    const SystemClock clock;
    ResolveOptions lasting = fresh();
    lasting.agreement_for = net::Millis{3'600'000};
    Resolver resolver{*world().endpoints, world().deployment.ref, clock, {}, lasting};
    publish();
    const auto before = resolver.edition();
    EXPECT_FALSE(is_final(resolver));
    const auto first = resolver.edition();
    EXPECT_NE(first, before);
    EXPECT_FALSE(is_final(resolver));
    EXPECT_EQ(resolver.edition(), first) << "the same block, and nothing more is final";
    world().mine(2 * kSlots + 50);
    EXPECT_TRUE(is_final(resolver));
    const auto later = resolver.edition();
    EXPECT_NE(later, first);
    resolver.forget();
    EXPECT_NE(resolver.edition(), later);
}

TEST_F(FinalityTest, TheTimeSinceAPublicationIsThatOfTheBlocks)
{
    const SystemClock clock;
    Resolver resolver{*world().endpoints, world().deployment.ref, clock, {}, fresh()};
    publish();
    world().anvil.rpc("evm_increaseTime", "[5000]");
    world().mine(1);
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_TRUE(found) << to_string(found.error());
    const auto passed = net::run_blocking(resolver.published_for(found->record));
    ASSERT_TRUE(passed) << to_string(passed.error());
    EXPECT_GE(*passed, 5000);
    EXPECT_LT(*passed, 6000);
}

TEST_F(FinalityTest, AnEventThatAnEndpointLeftOutIsNoticedAtTheNextRead)
{
    const SystemClock clock;
    publish();
    world().mine(kIndexGrace);
    FakeEndpoint silent{between(
        [](const boost::json::value& asked, boost::json::object& answer)
        {
            if (asked.at("method").as_string() == "eth_getLogs")
                answer["result"] = boost::json::array{};
        })};
    const auto lacking = open_index(world().home / "lacking");
    const auto whole = open_index(world().home / "whole");
    std::vector<std::string> told;
    auto options = fresh();
    options.on_record = [&](const proof::VerifiedRecord& record, const std::vector<std::string>& vouched)
    {
        EXPECT_EQ(record.number(), world().number);
        told = vouched;
    };
    Resolver resolver{*world().endpoints, world().deployment.ref, clock, {}, options};
    const auto found = net::run_blocking(resolver.resolve(world().number));
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(told, std::vector<std::string>{"e0"});
    EXPECT_FALSE(lacks_publication(*whole, found->record).value()) << "nothing is followed yet";

    ASSERT_TRUE(follow(silent.url(), *lacking));
    ASSERT_TRUE(follow(world().anvil.url(), *whole));
    EXPECT_TRUE(lacks_publication(*lacking, found->record).value());
    EXPECT_FALSE(lacks_publication(*whole, found->record).value());
}
} // namespace
} // namespace dmid::resolve
