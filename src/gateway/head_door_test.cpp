// SPDX-License-Identifier: Apache-2.0
#include "gateway/heads_for_test.hpp"

namespace dmid::gateway
{
namespace
{
using testing::HeadNode;
using testing::Person;

/// Whose document names this node, as a test says.
net::Task<Result<XOnlyKey>> say(const Result<XOnlyKey>* answer, unsigned* asked, model::Identity)
{
    ++*asked;
    co_return *answer;
}

class HeadDoorTest : public ::testing::Test
{
protected:
    HeadNode node;
    Person other; ///< the policy key of a number that is not served here
    Result<XOnlyKey> named = other.key;
    unsigned asked = 0;
    HeadDoor door{*node.context, [this](model::Identity who) { return say(&named, &asked, who); }};

    model::Identity elsewhere(std::uint32_t epoch = 1) const
    {
        return {node.identity().network, model::Number::parse("8345 6789 0123 4548").value(), epoch};
    }
    model::PolicyHead foreign(std::uint64_t seq, UnixTime time, const Person& by,
                              std::uint32_t epoch = 1) const
    {
        model::PolicyHead out{elsewhere(epoch), {by.key, seq, {}}, time, {}};
        out.position.hash.bytes[0] = static_cast<std::uint8_t>(seq);
        out.signature =
            crypto::sign_schnorr(model::head_message(out.identity, out.position, time), by.secret, Hash32{})
                .value();
        return out;
    }
    std::optional<Errc> take(const model::PolicyHead& head, const std::string& source = "192.0.2.1")
    {
        const auto taken = testing::run(door.take(model::encode_head(head), {}, source));
        return taken ? std::nullopt : std::optional{taken.error().code};
    }
    std::optional<std::uint64_t> held() const
    {
        const auto kept = node.context->heads->find(elsewhere());
        return kept ? std::optional{kept->head.position.seq} : std::nullopt;
    }
};

// MUST POL-23
TEST_F(HeadDoorTest, KeepsTheHighestAndRefusesReplaysOfLowerOnes)
{
    const auto now = node.clock.now();
    EXPECT_EQ(take(foreign(2, now, other)), std::nullopt);
    EXPECT_EQ(take(foreign(2, now, other)), std::nullopt) << "the same again is no fault";
    EXPECT_EQ(asked, 1U) << "and asks nobody";
    EXPECT_EQ(take(foreign(1, now + 9, other)), Errc::policy_seq);
    EXPECT_EQ(take(foreign(2, now - 9, other)), Errc::policy_seq);
    EXPECT_EQ(held(), 2U);
    EXPECT_EQ(take(foreign(3, now - 99, other)), std::nullopt);
    EXPECT_EQ(held(), 3U);
}

TEST_F(HeadDoorTest, KeepsThemOverARestart)
{
    ASSERT_EQ(take(foreign(2, node.clock.now(), other)), std::nullopt);
    node.reopen();
    EXPECT_FALSE(held());
    ASSERT_TRUE(node.context->heads->load());
    EXPECT_EQ(held(), 2U);
}

// MUST POL-24
TEST_F(HeadDoorTest, TakesThemOnlyOfNumbersThatNameThisNode)
{
    named = tl::unexpected<Error>(Error{Errc::gateway_not_served, {}});
    EXPECT_EQ(take(foreign(1, node.clock.now(), other)), Errc::gateway_not_served);
    EXPECT_FALSE(held());
    auto abroad = foreign(1, node.clock.now(), other);
    abroad.identity.network.chain_id = 1;
    EXPECT_EQ(take(abroad), Errc::gateway_not_served);
}

// MUST POL-24
TEST_F(HeadDoorTest, TakesThemOnlyOfTheProvenPolicyKey)
{
    const Person thief;
    EXPECT_EQ(take(foreign(9, node.clock.now(), thief)), Errc::policy_signature);
    auto altered = foreign(1, node.clock.now(), other);
    altered.position.seq = 7;
    EXPECT_EQ(take(altered), Errc::policy_signature);
    EXPECT_FALSE(held());
}

TEST_F(HeadDoorTest, WhatIsForgedCostsNoQuestionToTheChain)
{
    auto altered = foreign(1, node.clock.now(), other);
    altered.time -= 1;
    EXPECT_EQ(take(altered), Errc::policy_signature);
    EXPECT_FALSE(testing::run(door.take(Bytes(5000, 0xff), {}, "192.0.2.1")));
    EXPECT_EQ(asked, 0U);
}

// MUST POL-25
TEST_F(HeadDoorTest, RefusesAHeadFromTheFuture)
{
    EXPECT_EQ(take(foreign(1, node.clock.now() + kHeadAhead + 1, other)), Errc::message_time);
    EXPECT_EQ(take(foreign(1, node.clock.now() + kHeadAhead, other)), std::nullopt);
}

TEST_F(HeadDoorTest, ANewPolicyKeyBeginsAnew)
{
    const Person next;
    ASSERT_EQ(take(foreign(7, node.clock.now(), other)), std::nullopt);
    named = next.key;
    EXPECT_EQ(take(foreign(8, node.clock.now(), other)), Errc::policy_signature);
    EXPECT_EQ(take(foreign(1, node.clock.now(), next)), std::nullopt);
    EXPECT_EQ(held(), 1U);
}

TEST_F(HeadDoorTest, ASourceHasItsShareOfAMinute)
{
    unsigned limited = 0;
    for (int i = 0; i < 100; ++i)
        limited += take(foreign(1, node.clock.now(), other)) == Errc::policy_rate_limited ? 1 : 0;
    EXPECT_EQ(limited, 40U);
    EXPECT_EQ(take(foreign(1, node.clock.now(), other), "192.0.2.2"), std::nullopt) << "others have theirs";
    node.pass(60);
    EXPECT_EQ(take(foreign(1, node.clock.now() - 60, other)), std::nullopt);
}

TEST_F(HeadDoorTest, ShowsTheEventsOfTheirAuthors)
{
    seal::EventBody body;
    body.kind = 30078;
    body.content = "x";
    const auto event = seal::to_json(seal::sign_event(body, other.secret, Hash32{}).value());
    ASSERT_TRUE(
        testing::run(door.take(model::encode_head(foreign(1, node.clock.now(), other)), event, "192.0.2.1")));
    EXPECT_EQ(door.events({other.key}), std::vector{event});
    EXPECT_TRUE(door.events({node.policy_key.key}).empty());
    ASSERT_EQ(take(foreign(2, node.clock.now(), other)), std::nullopt);
    EXPECT_TRUE(door.events({other.key}).empty()) << "the head that it carried is not the highest any more";
}

TEST_F(HeadDoorTest, AHigherHeadOfOnesOwnNumberPutsThePolicyAside)
{
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    EXPECT_EQ(take(node.head(5, 1, node.clock.now())), std::nullopt);
    EXPECT_FALSE(node.counts());
    EXPECT_TRUE(node.alarmed("policy superseded"));
    EXPECT_EQ(asked, 0U);
}

TEST(Heads, HaveALimitForNumbersThatAreNotServed)
{
    testing::Node node;
    Heads heads{*node.mailbox, 1};
    model::PolicyHead head{node.identity(), {node.policy_key.key, 1, {}}, 1, {}};
    ASSERT_TRUE(heads.keep(head, std::string(kMaxHeadEvent + 1, 'x'), true).value());
    EXPECT_TRUE(heads.find(head.identity)->event.empty()) << "an event that is too long is left out";
    auto second = head;
    second.identity.number = model::Number::parse("8345 6789 0123 4548").value();
    EXPECT_EQ(heads.keep(second, {}, true).error().code, Errc::gateway_quota);
    EXPECT_TRUE(heads.keep(second, {}, false).value()) << "of a number that is served";
    head.time = 2;
    EXPECT_TRUE(heads.keep(head, {}, true).value()) << "what is held goes on";
}
} // namespace
} // namespace dmid::gateway
