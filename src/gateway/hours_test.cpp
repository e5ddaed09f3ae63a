// SPDX-License-Identifier: Apache-2.0
// Quiet hours, what is off, and digests: when legs go out, and that nothing is lost on the way.
#include "gateway/alarm_sender.hpp"
#include "gateway/node_for_test.hpp"
#include "gateway/owner.hpp"

namespace dmid::gateway
{
namespace
{
using testing::Node;
using testing::Person;
using testing::run;

class HoursTest : public ::testing::Test
{
protected:
    Node node;
    Person ann;

    void SetUp() override
    {
        node.bind("mail", "me@example.org");
        node.bind("phone", "phone@example.org");
    }
    /// Moves the clock on to that time of day (UTC).
    void at(unsigned hour, unsigned minute)
    {
        const auto now = node.clock.now();
        const auto wanted = now - now % 86'400 + hour * 3600 + minute * 60;
        node.pass(wanted > now ? wanted - now : wanted + 86'400 - now);
    }
    void policy(const std::string& rest) { ASSERT_TRUE(node.policy("default = \"deliver\"\n" + rest)); }
    /// Works through the time, a minute after the other.
    void minutes(unsigned count)
    {
        for (unsigned i = 0; i < count; ++i)
        {
            node.pass(60);
            node.work();
        }
    }
    std::vector<std::string> sent_to() const
    {
        std::vector<std::string> out;
        for (const auto& sent : node.paper.sent)
            out.push_back(sent.leg.address);
        return out;
    }
    using Addresses = std::vector<std::string>;
};

// MUST POL-32
TEST_F(HoursTest, WhatIsDeliveredInQuietHoursStandsInTheInboxAndGoesOutWhenTheyEnd)
{
    policy("via = [\"mail\"]\nquiet = [\"daily 22:00-07:00 UTC\"]\n");
    at(23, 0);
    const auto id = node.write(ann, "at night").id;
    node.work();
    EXPECT_TRUE(node.paper.sent.empty());
    EXPECT_EQ(node.message(id).state, State::queued);
    EXPECT_EQ(node.message(id).text, "at night");
    EXPECT_NE(node.message(id).why.find("quiet until 07:00 UTC"), std::string::npos) << node.message(id).why;
    at(6, 59);
    node.work();
    EXPECT_TRUE(node.paper.sent.empty());
    at(7, 0);
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
    EXPECT_EQ(node.message(id).state, State::accepted);
    EXPECT_FALSE(node.paper.sent.front().leg.repeated);
}

TEST_F(HoursTest, WhatWaitsIsLookedAtFourTimesAnHourAndNotMore)
{
    policy("via = [\"mail\"]\nquiet = [\"daily 22:00-07:00 UTC\"]\n");
    at(22, 0);
    node.write(ann, "hello");
    node.work();
    unsigned looks = 0;
    for (unsigned i = 0; i < 4 * 60; ++i)
    {
        node.pass(60);
        looks += node.work() > 0 ? 1 : 0;
    }
    EXPECT_GE(looks, 12U);
    EXPECT_LE(looks, 17U);
}

// MUST POL-32
TEST_F(HoursTest, QuietHoursOfOneLabelLeaveTheFallbackToAnother)
{
    policy("via = [{ to = \"phone\", within = \"10m\" }, \"mail\"]\n[quiet]\nphone = [\"daily 22:00-07:00 "
           "UTC\"]\n");
    at(23, 0);
    node.write(ann, "hello");
    node.work();
    minutes(9);
    EXPECT_TRUE(node.paper.sent.empty());
    minutes(1);
    EXPECT_EQ(sent_to(), Addresses{"me@example.org"});
}

// MUST POL-32
TEST_F(HoursTest, AFallbackThatIsQuietTooStillComesSecond)
{
    policy("via = [{ to = \"phone\", within = \"10m\" }, \"mail\"]\nquiet = [\"daily 22:00-07:00 UTC\"]\n");
    at(23, 0);
    node.write(ann, "hello");
    node.work();
    at(7, 0);
    node.work();
    minutes(15);
    EXPECT_EQ(sent_to(), Addresses{"phone@example.org"}) << "it got through: nothing more is needed";
}

// MUST POL-33
TEST_F(HoursTest, WhatIsUrgentPassesQuietHoursAndNeverWhatIsOff)
{
    policy(
        "via = [\"phone\"]\nquiet = [\"daily 22:00-07:00 UTC\"]\n[off]\nphone = [\"daily 23:30-23:45 UTC\"]\n"
        "[[rule]]\nwho = [\"nostr\"]\ndo = \"deliver\"\nurgent = true\n");
    at(23, 0);
    node.write(ann, "urgent by the owner's rule");
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
    at(23, 30);
    node.write(ann, "again");
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 1U);
    at(23, 45);
    node.work();
    EXPECT_EQ(node.paper.sent.size(), 2U);
}

TEST_F(HoursTest, HoursThatTheOwnerTakesBackHoldNothingForLong)
{
    policy("via = [\"mail\"]\noff = [\"daily UTC\"]\n");
    node.write(ann, "hello");
    node.work();
    policy("via = [\"mail\"]\n");
    minutes(15);
    EXPECT_EQ(node.paper.sent.size(), 1U);
}

TEST_F(HoursTest, WhatIsOffForWeeksIsNeverGivenUp)
{
    policy("via = [\"mail\"]\noff = [\"daily UTC\"]\n");
    const auto id = node.write(ann, "hello").id;
    for (int hour = 0; hour < 24 * 20; ++hour)
    {
        node.work();
        node.pass(3600);
    }
    EXPECT_EQ(node.message(id).state, State::queued);
    policy("via = [\"mail\"]\n");
    minutes(15);
    EXPECT_EQ(node.message(id).state, State::accepted);
}

// MUST POL-34
TEST_F(HoursTest, ADigestIsOneMessageThatSaysOfEachWhoWroteAndHowItBegins)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\ndo = \"digest\"\n");
    at(12, 0);
    Person bob;
    const auto first = node.write(ann, "line one\nline two").id;
    const auto second = node.write(bob, std::string(500, 'x')).id;
    node.work();
    EXPECT_TRUE(node.paper.sent.empty());
    EXPECT_EQ(node.message(first).state, State::queued);
    at(17, 59);
    node.work();
    EXPECT_TRUE(node.paper.sent.empty());
    at(18, 0);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    const auto& message = node.paper.sent[0].message;
    EXPECT_TRUE(message.made_by_node);
    EXPECT_EQ(message.text.rfind("2 messages for ", 0), 0U) << message.text;
    EXPECT_NE(message.text.find("1. npub1"), std::string::npos) << message.text;
    EXPECT_NE(message.text.find("line one line two"), std::string::npos);
    EXPECT_NE(message.text.find("xxx…"), std::string::npos);
    for (const auto& id : {first, second})
    {
        EXPECT_EQ(node.message(id).state, State::accepted);
        ASSERT_EQ(node.message(id).receipts.size(), 1U);
        EXPECT_EQ(node.message(id).receipts[0].detail, "in a digest");
    }
    node.pass(3 * 86'400);
    EXPECT_EQ(node.work(), 0U) << "nothing waits any more";
    EXPECT_EQ(node.paper.sent.size(), 1U);
}

TEST_F(HoursTest, ADigestThatDoesNotGetThroughComesAgainWithTheSameMessages)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\", \"daily 18:05 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\n"
        "do = \"digest\"\n");
    at(12, 0);
    const auto first = node.write(ann, "first").id;
    node.work();
    channel::Attempt uncertain;
    uncertain.outcome = channel::Outcome::uncertain;
    node.paper.script = {uncertain};
    at(18, 0);
    node.work();
    const auto second = node.write(ann, "second").id;
    node.work();
    minutes(1);
    ASSERT_EQ(node.paper.sent.size(), 2U);
    EXPECT_EQ(node.paper.sent[0].leg.id, node.paper.sent[1].leg.id);
    EXPECT_TRUE(node.paper.sent[1].leg.repeated);
    EXPECT_EQ(node.paper.sent[1].message.text.find("second"), std::string::npos);
    EXPECT_EQ(node.message(first).state, State::accepted);
    EXPECT_TRUE(node.message(first).receipts.back().repeated);
    EXPECT_EQ(node.message(second).state, State::queued);
    minutes(5);
    ASSERT_EQ(node.paper.sent.size(), 3U);
    EXPECT_NE(node.paper.sent[2].leg.id, node.paper.sent[0].leg.id);
    EXPECT_EQ(node.message(second).state, State::accepted);
}

TEST_F(HoursTest, ADigestOfManySaysHowManyItDoesNotShow)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\ndo = \"digest\"\n");
    at(12, 0);
    for (int i = 0; i < 40; ++i)
        node.write(ann, "message " + std::to_string(i));
    node.work();
    at(18, 0);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    EXPECT_NE(node.paper.sent[0].message.text.find("message 29"), std::string::npos);
    EXPECT_EQ(node.paper.sent[0].message.text.find("message 30"), std::string::npos);
    EXPECT_NE(node.paper.sent[0].message.text.find("And 10 more."), std::string::npos);
}

TEST_F(HoursTest, AFloodGoesOutInPiecesEachOnceAndNothingIsLeftBehind)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\ndo = \"digest\"\n");
    at(12, 0);
    std::vector<Hash32> ids;
    for (int i = 0; i < 450; ++i)
        ids.push_back(node.write(ann, "message " + std::to_string(i)).id);
    for (int i = 0; i < 40; ++i)
        node.work();
    at(18, 0);
    for (int i = 0; i < 10; ++i)
        node.work();
    ASSERT_EQ(node.paper.sent.size(), 3U);
    EXPECT_NE(node.paper.sent[0].leg.id, node.paper.sent[1].leg.id);
    EXPECT_FALSE(node.paper.sent[1].leg.repeated);
    EXPECT_EQ(node.paper.sent[2].message.text.rfind("50 messages", 0), 0U);
    for (const auto& id : ids)
        ASSERT_EQ(node.message(id).state, State::accepted);
    node.pass(86'400);
    EXPECT_EQ(node.work(), 0U);
}

TEST_F(HoursTest, ADigestWhoseWayIsGoneFailsForEachOfItsMessages)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\ndo = \"digest\"\n");
    at(12, 0);
    const auto id = node.write(ann, "hello").id;
    node.work();
    channel::Attempt refused;
    refused.outcome = channel::Outcome::refused;
    refused.detail = "no such mailbox";
    node.paper.script = {refused};
    at(18, 0);
    node.work();
    EXPECT_EQ(node.message(id).state, State::failed);
    EXPECT_EQ(node.message(id).why, "no such mailbox");
}

TEST_F(HoursTest, ADigestSurvivesARestart)
{
    policy(
        "via = [\"mail\"]\ndigest = [\"daily 18:00 UTC\"]\n[[rule]]\nwho = [\"nostr\"]\ndo = \"digest\"\n");
    at(12, 0);
    node.write(ann, "before");
    node.work();
    node.reopen();
    node.write(ann, "after");
    node.work();
    at(18, 0);
    node.work();
    ASSERT_EQ(node.paper.sent.size(), 1U);
    EXPECT_NE(node.paper.sent[0].message.text.find("before"), std::string::npos);
    EXPECT_NE(node.paper.sent[0].message.text.find("after"), std::string::npos);
}

// MUST POL-35
TEST_F(HoursTest, AnAlarmPassesQuietHoursAndGoesAnotherWayWhereOneIsOff)
{
    policy("via = [\"phone\"]\nquiet = [\"daily UTC\"]\n[off]\nmail = [\"daily UTC\"]\n");
    node.alarms.raise("chain", "no endpoint answers", node.clock.now());
    node.pass(kAlarmPatience + 1);
    EXPECT_EQ(run(send_alarms(*node.context)), 1U);
    EXPECT_EQ(sent_to(), Addresses{"phone@example.org"});
}
} // namespace
} // namespace dmid::gateway
