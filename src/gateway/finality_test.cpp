// SPDX-License-Identifier: Apache-2.0
// What rests on a block that is not final yet, on a real chain that takes blocks back.
#include "gateway/key_wait.hpp"
#include "gateway/node_for_test.hpp"
#include "resolve/testing_world.hpp"
#include "seal/dmid_tag.hpp"

#include <chrono>

namespace dmid::gateway
{
namespace
{
using resolve::World;
using testing::Node;
using testing::Person;
using testing::run;

/// Far more blocks than a test lives seconds: nothing becomes final by itself.
constexpr unsigned kSlots = 300;
constexpr unsigned kToFinal = 2 * kSlots + 50;

class FinalityTest : public ::testing::Test
{
protected:
    std::unique_ptr<World> world;
    std::unique_ptr<Node> node;
    Person author; ///< the key that world->number publishes first

    void SetUp() override
    {
        if (!std::filesystem::exists(chain::testing::anvil_binary()))
            GTEST_SKIP() << "no anvil: run npm ci in contracts/";
        world = std::make_unique<World>(kSlots);
        ASSERT_EQ(world->trouble, "");
        author.secret = world->inbox;
        author.key = crypto::xonly_of(author.secret).value();
        node = std::make_unique<Node>();
        // Each look at the chain is a fresh one.
        resolve::ResolveOptions options;
        options.agreement_for = options.finalized_for = options.final_for = net::Millis{0};
        node->endpoints = world->connect({world->anvil.url()});
        node->resolver = std::make_unique<resolve::Resolver>(*node->endpoints, world->deployment.ref,
                                                             node->clock, chain::DocumentSource{}, options);
        node->reopen();
        to_present();
    }
    void TearDown() override
    {
        node.reset();
        world.reset();
    }

    /// The node's clock, at the newest block.
    void to_present()
    {
        const auto head = run(node->resolver->agreement(chain::Finality::latest));
        ASSERT_TRUE(head) << to_string(head.error());
        node->clock.set(head->block.timestamp);
    }
    void finalise()
    {
        world->mine(kToFinal);
        to_present();
    }
    void publish(const Person& key)
    {
        auto act = world->actions();
        const auto done = net::run_blocking(
            act.publish(world->owner, world->number, world->publication(world->number, 1, key.secret)));
        ASSERT_TRUE(done) << to_string(done.error());
        to_present();
    }
    /// The chain takes back the newest publication, and every block upon it.
    void take_back()
    {
        const auto found = run(node->resolver->resolve(world->number));
        ASSERT_TRUE(found) << to_string(found.error());
        const auto depth = found->record.block().number - found->record.published_block() + 2;
        world->anvil.rpc("anvil_reorg", "[" + std::to_string(depth) + ",[]]");
        to_present();
    }
    model::Identity identity() const { return {world->network(), world->number, 1}; }
    /// What a node that holds this key writes for the number.
    channel::Answer write(const Person& from, const std::string& text)
    {
        auto body = seal::EventBody{seal::make_text(from.key, node->owner.key, node->clock.now(), text)};
        body.tags.push_back(seal::dmid_tag(identity()));
        return node->receive(node->wrap(from, seal::make_rumor(std::move(body))));
    }
    /// What the owner reads about how its sender was proven.
    std::string proofs_of(const MessageInfo& message) const
    {
        std::string all;
        for (const auto& words : message.proofs)
            all += words + "; ";
        return all;
    }
    std::optional<UnixMillis> next_look() const { return node->mailbox->next_due(queue_of("nostr")).value(); }
    Result<Sent> send(const std::string& text)
    {
        return run(gateway::send(*node->context, node->served(), world->number.digits(), text, {}, false));
    }
    std::size_t sent() const { return node->sealing.sent.size(); }
    const channel::Sealed& sealed(std::size_t at) const { return *node->sealing.sent.at(at).message.sealed; }
    /// The rumor of what was sent, as its reader opens it.
    seal::Rumor opened(std::size_t at, const Person& reader) const
    {
        seal::WrapRandom random{keys::random_private_key(), keys::random_fixed<Hash32>(),
                                keys::random_fixed<Hash32>(), 60, 0};
        const auto wrap = seal::make_wrap(seal::parse_event(sealed(at).seal).value(), sealed(at).recipient,
                                          node->clock.now(), random)
                              .value();
        return seal::open_verified_wrap(wrap, reader.secret).value().rumor;
    }
};

// MUST FIN-04
TEST_F(FinalityTest, ASenderWhosePublicationIsNotFinalCountsAsItsKeyAlone)
{
    ASSERT_TRUE(node->policy("default = \"request\"\n"));
    const auto early = node->message(write(author, "published a moment ago").id);
    EXPECT_EQ(early.with.kind, "nostr");
    EXPECT_NE(proofs_of(early).find("not final yet"), std::string::npos) << proofs_of(early);

    finalise();
    const auto late = node->message(write(author, "and now it is final").id);
    EXPECT_EQ(late.with.id, model::to_string(model::Party{identity()}));
    EXPECT_EQ(proofs_of(late).find("not final yet"), std::string::npos) << proofs_of(late);
}

// MUST FIN-05
TEST_F(FinalityTest, NobodyBecomesAContactOrGetsATicketBeforeItIsFinal)
{
    const auto early = node->accept(model::Party{identity()});
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, Errc::gateway_not_final);
    ASSERT_TRUE(send("before"));
    node->work();
    ASSERT_EQ(sent(), 1U);
    EXPECT_EQ(seal::find_tag(opened(0, author), kGrantTag), nullptr);

    finalise();
    ASSERT_TRUE(send("after"));
    node->work();
    ASSERT_EQ(sent(), 2U);
    EXPECT_NE(seal::find_tag(opened(1, author), kGrantTag), nullptr);
    const auto accepted = node->accept(model::Party{identity()});
    ASSERT_TRUE(accepted) << to_string(accepted.error());
    EXPECT_TRUE(accepted->party.contact);
}

// MUST FIN-06
TEST_F(FinalityTest, WhatWasSealedToAKeyThatTheChainTookBackGoesToTheOneThatCounts)
{
    finalise();
    const Person newer;
    publish(newer);
    const auto message = send("whichever key it is");
    ASSERT_TRUE(message) << to_string(message.error());
    node->work();
    ASSERT_EQ(sent(), 1U);
    EXPECT_EQ(sealed(0).recipient, newer.key);
    EXPECT_EQ(node->message(message->id).state, State::accepted);

    node->pass(16);
    node->work();
    EXPECT_EQ(sent(), 1U) << "it is kept, and not sent again while nothing has changed";

    take_back();
    node->pass(60); // the chain's time is what the node's clock was set back to
    node->work();
    ASSERT_EQ(sent(), 2U);
    EXPECT_EQ(sealed(1).recipient, author.key);
    EXPECT_EQ(opened(1, author).id, opened(0, newer).id) << "one message, whoever reads it";
    EXPECT_NE(node->message(message->id).receipts.back().detail.find("took back"), std::string::npos);

    finalise();
    node->pass(16);
    node->work();
    EXPECT_EQ(sent(), 2U);
    EXPECT_FALSE(next_look().has_value()) << "final: nothing is kept any more";
}

TEST_F(FinalityTest, ALetterIsNoLongerKeptOnceItsKeyIsFinal)
{
    ASSERT_TRUE(send("hello"));
    node->work();
    EXPECT_TRUE(next_look().has_value());
    finalise();
    node->pass(16);
    node->work();
    EXPECT_EQ(sent(), 1U);
    EXPECT_FALSE(next_look().has_value());
}

// MUST FIN-07
TEST_F(FinalityTest, WhatWasHeldForAChangedKeyIsReleasedADayAfterThePublishingBlock)
{
    finalise();
    ASSERT_TRUE(node->policy("default = \"request\"\n[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\n"));
    ASSERT_EQ(write(author, "the first").yes, channel::Yes::yes);
    ASSERT_TRUE(node->accept(model::Party{identity()}));
    ASSERT_TRUE(node->inbox(true).empty());

    const Person changed;
    publish(changed);
    finalise();
    ASSERT_EQ(write(changed, "from a key without a handover").yes, channel::Yes::yes);
    ASSERT_EQ(node->inbox(true).size(), 1U);
    EXPECT_EQ(run(release_waiting(*node->context, node->served())).value(), 0U);
    EXPECT_EQ(node->inbox(true).size(), 1U) << "the day is not over";

    world->anvil.rpc("evm_increaseTime", "[" + std::to_string(kUnprovenKeyWait) + "]");
    world->mine(1);
    to_present();
    EXPECT_EQ(run(release_waiting(*node->context, node->served())).value(), 1U);
    EXPECT_TRUE(node->inbox(true).empty());
    EXPECT_EQ(node->inbox().back().text, "from a key without a handover");
    EXPECT_EQ(run(release_waiting(*node->context, node->served())).value(), 0U) << "once";
    ASSERT_EQ(write(changed, "and the next").yes, channel::Yes::yes);
    EXPECT_TRUE(node->inbox(true).empty());
}

TEST_F(FinalityTest, NothingIsReleasedWhileThePolicyIsOnHold)
{
    hold_policy(*node->context, node->identity().number);
    EXPECT_EQ(run(release_waiting(*node->context, node->served())).value(), 0U);
}
} // namespace
} // namespace dmid::gateway
