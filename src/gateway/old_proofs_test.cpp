// SPDX-License-Identifier: Apache-2.0
// Addresses that nobody has shown to be the owner's for long.
#include "gateway/alarm_sender.hpp"
#include "gateway/node_for_test.hpp"
#include "gateway/old_proofs.hpp"

namespace dmid::gateway
{
namespace
{
using testing::Node;
using testing::run;

class OldProofs : public ::testing::Test
{
protected:
    static constexpr UnixTime kOneDay = 86'400;
    Node node;

    void SetUp() override
    {
        node.bind("mail", "me@example.org");
        node.bind("phone", "phone@example.org");
    }
    Binding binding(const std::string& label)
    {
        return node.bindings->find(node.box(), label).value().value();
    }
    void days(unsigned count)
    {
        for (unsigned i = 0; i < count; ++i)
        {
            node.pass(kOneDay);
            ASSERT_TRUE(look_at_old_proofs(*node.context, *node.served()));
            node.alarms.lapse(node.clock.now());
        }
    }
    bool asked(const std::string& label)
    {
        for (const auto& alarm : node.alarms.all())
            if (alarm.what == "proof " + label)
                return true;
        return false;
    }
};

// MUST ENV-49
TEST_F(OldProofs, AreAskedForOnceAWeekAndThenNothingMoreGoesThere)
{
    days(179);
    EXPECT_FALSE(asked("phone"));
    days(1);
    EXPECT_TRUE(asked("phone"));
    unsigned times = 0;
    for (int i = 0; i < 29; ++i)
    {
        days(1);
        times += asked("phone") ? 1 : 0;
        EXPECT_EQ(binding("phone").state, BindingState::bound);
    }
    EXPECT_EQ(times, 4U);
    days(7);
    EXPECT_EQ(binding("phone").state, BindingState::quarantined);
    EXPECT_EQ(binding("mail").state, BindingState::quarantined);
}

// MUST ENV-49
TEST_F(OldProofs, AnAnswerOrACodeIsAProof)
{
    days(180);
    ASSERT_TRUE(node.bindings->prove_again(node.box(), "email", "phone@example.org", node.clock.now()));
    EXPECT_EQ(binding("phone").proven, node.clock.now());
    node.bind("mail", "me@example.org");
    days(60);
    EXPECT_EQ(binding("phone").state, BindingState::bound);
    EXPECT_EQ(binding("mail").state, BindingState::bound);
    EXPECT_FALSE(asked("phone"));
}

TEST_F(OldProofs, AProofIsWrittenDownOnceADay)
{
    node.pass(kOneDay);
    ASSERT_TRUE(node.bindings->prove_again(node.box(), "email", "phone@example.org", node.clock.now()));
    const auto first = binding("phone").proven;
    node.pass(3600);
    ASSERT_TRUE(node.bindings->prove_again(node.box(), "email", "phone@example.org", node.clock.now()));
    EXPECT_EQ(binding("phone").proven, first);
    ASSERT_TRUE(node.bindings->prove_again(node.box(), "email", "nobody@example.org", node.clock.now()));
}

TEST_F(OldProofs, ANodeThatStoodStillForAYearAsksFirst)
{
    node.pass(400 * kOneDay);
    ASSERT_TRUE(look_at_old_proofs(*node.context, *node.served()));
    EXPECT_EQ(binding("phone").state, BindingState::bound);
    EXPECT_TRUE(asked("phone"));
    days(6);
    EXPECT_EQ(binding("phone").state, BindingState::bound);
    days(1);
    EXPECT_EQ(binding("phone").state, BindingState::quarantined);
}

TEST_F(OldProofs, TheOwnerIsToldOnceADayAtMost)
{
    days(180);
    node.pass(kAlarmPatience + 1);
    const auto first = run(send_alarms(*node.context));
    EXPECT_GT(first, 0U);
    node.pass(3600);
    EXPECT_EQ(run(send_alarms(*node.context)), 0U);
}
} // namespace
} // namespace dmid::gateway
