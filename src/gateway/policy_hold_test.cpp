// SPDX-License-Identifier: Apache-2.0
#include "gateway/node_for_test.hpp"
#include "gateway/own_policy.hpp"

namespace dmid::gateway
{
namespace
{
using testing::Node;
using testing::Person;

constexpr auto kDropsStrangers = "default = \"drop\"\n";
constexpr auto kRefusesStrangers = "default = \"reject\"\n";

class PolicyHoldTest : public ::testing::Test
{
protected:
    Node node;
    Person ann;
    model::Number number = node.identity().number;

    bool alarmed() const
    {
        for (const auto& alarm : node.alarms.all())
            if (alarm.what.starts_with("restored"))
                return true;
        return false;
    }
};

TEST_F(PolicyHoldTest, ARestoredPolicyDoesNotCountUntilItsOwnerSaysSo)
{
    ASSERT_TRUE(node.policy(kDropsStrangers));
    hold_policy(*node.context, number);
    EXPECT_TRUE(alarmed());
    ASSERT_EQ(node.write(ann, "while nobody knows").yes, channel::Yes::yes);
    EXPECT_EQ(node.inbox(true).size(), 1U) << "a request, whatever the old policy says";
    EXPECT_TRUE(confirm_policy(*node.context, *node.served()).value());
    EXPECT_FALSE(alarmed());
    ASSERT_EQ(node.write(ann, "after the owner spoke").yes, channel::Yes::yes);
    EXPECT_EQ(node.inbox(true).size(), 1U) << "dropped";
    EXPECT_FALSE(confirm_policy(*node.context, *node.served()).value()) << "only once";
}

TEST_F(PolicyHoldTest, APolicyThatIsSetReleasesItAndFollowsTheRestoredOne)
{
    ASSERT_TRUE(node.policy(kDropsStrangers));
    int released = 0;
    node.context->policy_hold->released = [&] { ++released; };
    hold_policy(*node.context, number);
    const auto set = node.policy(kRefusesStrangers);
    ASSERT_TRUE(set) << to_string(set.error());
    EXPECT_EQ(set->position.seq, 2U) << "the chain of policies goes on";
    EXPECT_EQ(released, 1);
    EXPECT_EQ(node.write(ann, "hello").yes, channel::Yes::no);
}
} // namespace
} // namespace dmid::gateway
