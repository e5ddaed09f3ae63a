// SPDX-License-Identifier: Apache-2.0
#include "gateway/heads_for_test.hpp"

namespace dmid::gateway
{
namespace
{
using testing::HeadNode;
using testing::Person;

constexpr auto kDropsAll = "default = \"drop\"\n";
constexpr auto kRefusesAll = "default = \"reject\"\n";
constexpr UnixTime kDay = 24 * 3600;

class HeadRoundsTest : public ::testing::Test
{
protected:
    HeadNode node;
    Person ann;

    /// The policies 1 and 2 were set and told of; then the machine of a backup of policy 1 comes back.
    void restore_first_of_two()
    {
        const auto first = node.policy(kDropsAll);
        ASSERT_TRUE(first);
        const auto saved = node.mailbox->cell(node.box(), "policy/current").value()->value;
        node.round();
        ASSERT_TRUE(node.policy(kRefusesAll));
        node.round();
        restore(saved);
    }
    /// The mailbox is as it was with this policy and without heads, and the mark of a restore is there.
    void restore(const Bytes& policy)
    {
        const auto cell = node.mailbox->cell(node.box(), "policy/current").value();
        ASSERT_TRUE(node.mailbox->compare_and_set(node.box(), "policy/current", cell->version, policy));
        const auto name = "head/" + node.number().digits();
        if (const auto head = node.mailbox->cell({}, name).value())
        {
            ASSERT_TRUE(node.mailbox->compare_and_set({}, name, head->version, std::nullopt));
        }
        const auto document = node.served()->document;
        node.reopen();
        node.change([&](Served& next) { next.document = document; });
        hold_policy(*node.context, node.number());
        node.holds(true);
    }
    std::size_t requests() const { return node.inbox(true).size(); }
};

TEST_F(HeadRoundsTest, SignsAtOnceAndDailyAndLeavesItEverywhereButHere)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    ASSERT_TRUE(node.kept());
    EXPECT_EQ(node.kept()->position, node.served()->policy->position);
    EXPECT_EQ(node.held_at(HeadNode::kGateway), node.kept());
    EXPECT_EQ(node.held_at(HeadNode::kRelay), node.kept());
    EXPECT_FALSE(node.places.at.contains("https://me.example.org"));
    EXPECT_FALSE(node.places.at.contains("wss://me.example.org"));
    const auto first = *node.kept();
    node.pass(kDay - 1);
    node.round();
    EXPECT_EQ(node.kept(), first);
    node.pass(1);
    node.round();
    EXPECT_EQ(node.kept()->time, first.time + kDay);
    EXPECT_EQ(node.held_at(HeadNode::kRelay), node.kept());
    ASSERT_TRUE(node.policy(kRefusesAll));
    node.round();
    EXPECT_EQ(node.kept()->position.seq, 2U) << "at each change";
    EXPECT_EQ(node.held_at(HeadNode::kGateway), node.kept());
}

TEST_F(HeadRoundsTest, WithoutTheKeyItCarriesWhatTheOwnerSigned)
{
    node.holds(false);
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    EXPECT_FALSE(node.kept());
    const auto signed_elsewhere =
        node.head(node.served()->policy->position, node.clock.now(), node.policy_key);
    ASSERT_TRUE(take_own_head(*node.context, *node.served(), signed_elsewhere));
    node.round();
    EXPECT_EQ(node.held_at(HeadNode::kGateway), signed_elsewhere);
    EXPECT_EQ(node.held_at(HeadNode::kRelay), signed_elsewhere);
}

TEST_F(HeadRoundsTest, ComesBackToAPlaceThatWasAway)
{
    node.places.at[HeadNode::kRelay].silent = true;
    ASSERT_TRUE(node.policy(kDropsAll));
    node.go(60);
    EXPECT_FALSE(node.held_at(HeadNode::kRelay));
    EXPECT_LT(node.places.at[HeadNode::kRelay].asked, 6U) << "with pauses that grow";
    node.places.at[HeadNode::kRelay].silent = false;
    node.go(600);
    EXPECT_EQ(node.held_at(HeadNode::kRelay), node.kept());
}

// MUST POL-30
TEST_F(HeadRoundsTest, ANodeWithMemoryKeepsItsPolicyHoweverOldTheHead)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    node.holds(false);
    for (auto& [url, place] : node.places.at)
        place.silent = true;
    node.pass(400 * kDay);
    node.round();
    EXPECT_TRUE(node.counts());
    EXPECT_EQ(node.write(ann, "hello").yes, channel::Yes::yes);
    EXPECT_EQ(requests(), 0U) << "dropped by the policy";
}

// MUST POL-27, POL-29
TEST_F(HeadRoundsTest, ARolledBackPolicyDecidesNothingUntilTheNewestIsSet)
{
    restore_first_of_two();
    EXPECT_EQ(node.served()->policy->position.seq, 1U);
    EXPECT_FALSE(node.counts()) << "before anybody was asked";
    node.round();
    EXPECT_FALSE(node.counts());
    EXPECT_EQ(policy_standing(*node.context, *node.served()), PolicyStanding::superseded);
    EXPECT_TRUE(node.alarmed("policy superseded"));
    EXPECT_EQ(node.write(ann, "would be dropped").yes, channel::Yes::yes);
    EXPECT_EQ(requests(), 1U);
    EXPECT_EQ(node.held_at(HeadNode::kRelay)->position.seq, 2U) << "nothing lower was left";
    const auto set = node.policy(kRefusesAll);
    ASSERT_TRUE(set) << to_string(set.error());
    EXPECT_EQ(set->position.seq, 3U) << "it follows the head, not what was restored";
    EXPECT_TRUE(node.counts());
    EXPECT_FALSE(node.alarmed("policy superseded"));
    node.round();
    EXPECT_EQ(node.held_at(HeadNode::kGateway)->position, set->position);
}

TEST_F(HeadRoundsTest, TheOwnersWordOutweighsTheHeadThatIsKnownAndNoHigherOne)
{
    restore_first_of_two();
    node.round();
    ASSERT_FALSE(node.counts());
    EXPECT_TRUE(confirm_policy(*node.context, *node.served()).value());
    EXPECT_TRUE(node.counts());
    node.reopen();
    ASSERT_TRUE(node.context->heads->load());
    settle_policy(*node.context, node.number());
    EXPECT_TRUE(node.counts()) << "said once is enough";
    ASSERT_TRUE(take_own_head(*node.context, *node.served(), node.head(3, 1, node.clock.now())));
    EXPECT_FALSE(node.counts());
}

TEST_F(HeadRoundsTest, AYoungHeadOfTheRestoredPolicyLetsItCount)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    node.pass(model::kMaxHeadAge - 1);
    EXPECT_FALSE(node.counts());
    node.round();
    EXPECT_TRUE(node.counts());
    EXPECT_FALSE(node.alarmed("restored"));
}

// MUST POL-27
TEST_F(HeadRoundsTest, AHeadOf48HoursDoesNot)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    node.holds(false);
    node.pass(model::kMaxHeadAge);
    node.round();
    EXPECT_FALSE(node.counts());
    EXPECT_EQ(node.write(ann, "hello").yes, channel::Yes::yes);
    EXPECT_EQ(requests(), 1U);
}

// MUST POL-28
TEST_F(HeadRoundsTest, SignsNothingBeforeAllHaveAnswered)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    node.places.at[HeadNode::kRelay].silent = true;
    node.pass(2 * model::kMaxHeadAge);
    const auto before = node.held_at(HeadNode::kGateway);
    node.go(300);
    EXPECT_EQ(node.held_at(HeadNode::kGateway), before);
    EXPECT_FALSE(node.counts());
    node.places.at[HeadNode::kRelay].silent = false;
    node.go(300);
    EXPECT_GT(node.held_at(HeadNode::kGateway)->time, before->time)
        << "all have answered without a higher one";
    EXPECT_TRUE(node.counts());
}

TEST_F(HeadRoundsTest, PlacesThatHoldNothingShowNothing)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    node.go(300);
    EXPECT_FALSE(node.counts());
    EXPECT_FALSE(node.held_at(HeadNode::kRelay)) << "and get nothing out of the backup";
    EXPECT_TRUE(confirm_policy(*node.context, *node.served()).value());
    node.go(60);
    EXPECT_TRUE(node.counts());
    EXPECT_EQ(node.held_at(HeadNode::kRelay)->position, node.served()->policy->position);
}

TEST_F(HeadRoundsTest, AHeadOutOfTheBackupIsNobodysWord)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    const auto own = *node.kept();
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    node.places.at.clear(); // the relay lost it
    ASSERT_TRUE(node.context->heads->keep(own, {}, false));
    node.go(300);
    EXPECT_FALSE(node.counts());
    EXPECT_EQ(node.places.at[HeadNode::kRelay].left, 0U);
}

TEST_F(HeadRoundsTest, LiesOfAPlaceAreNotEvenKept)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    restore(node.mailbox->cell(node.box(), "policy/current").value()->value);
    const auto position = node.served()->policy->position;
    const auto now = node.clock.now();
    auto altered = node.head(position, now - 90, node.policy_key);
    altered.time = now;
    const Person other;
    auto of_other = node.head({other.key, 9, {}}, now, other);
    auto& place = node.places.at[HeadNode::kRelay];
    place.held = {Bytes{1, 2, 3}, model::encode_head(altered), model::encode_head(of_other),
                  model::encode_head(node.head(position, now + kHeadAhead + 600, node.policy_key))};
    node.go(60);
    EXPECT_FALSE(node.kept());
    EXPECT_FALSE(node.counts());
    place.held.push_back(model::encode_head(node.head(position, now, node.policy_key)));
    node.go(60);
    EXPECT_TRUE(node.counts()) << "the true one among them counts";
}

// MUST POL-31
TEST_F(HeadRoundsTest, OfTwoOfOneSeqTheSmallerHashCountsWithAnAlarm)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    node.round();
    const auto mine = node.served()->policy->position;
    auto larger = mine;
    larger.hash.bytes.fill(0xff);
    node.places.at[HeadNode::kRelay].held = {
        model::encode_head(node.head(larger, node.clock.now() + 5, node.policy_key))};
    node.pass(3700);
    node.round();
    EXPECT_TRUE(node.alarmed("policy fork"));
    EXPECT_TRUE(node.counts()) << "ours is the smaller one";
    EXPECT_EQ(node.held_at(HeadNode::kRelay)->position, mine) << "and is left there again";
    auto smaller = mine;
    smaller.hash.bytes.fill(0);
    ASSERT_TRUE(
        take_own_head(*node.context, *node.served(), node.head(smaller, node.clock.now(), node.policy_key)));
    EXPECT_FALSE(node.counts());
    EXPECT_EQ(node.kept()->position, smaller);
}

TEST_F(HeadRoundsTest, TheNewestPolicyItselfMayBeBroughtFromElsewhere)
{
    ASSERT_TRUE(node.policy(kDropsAll));
    const auto first = node.mailbox->cell(node.box(), "policy/current").value()->value;
    const auto content = prepare_policy(*node.context, *node.served(), kRefusesAll).value();
    ASSERT_TRUE(node.policy(content, node.policy_key));
    node.round();
    restore(first);
    node.round();
    ASSERT_FALSE(node.counts());
    const auto again = node.policy(content, node.policy_key);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->position.seq, 2U);
    EXPECT_TRUE(node.counts());
}
} // namespace
} // namespace dmid::gateway
