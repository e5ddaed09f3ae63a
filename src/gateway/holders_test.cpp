// SPDX-License-Identifier: Apache-2.0
#include "gateway/holders.hpp"
#include "gateway/letter_for_test.hpp"

// Who holds a phone number now, by the register of its operator.
namespace dmid::gateway
{
namespace
{
using namespace testing;

class Register final : public channel::Channel
{
public:
    std::map<std::string, Result<std::optional<std::string>>> says;
    unsigned asked = 0;

    std::string_view name() const override { return "sms"; }
    channel::Traits traits() const override
    {
        channel::Traits out;
        out.max_text = 1000;
        out.tells_holder = true;
        return out;
    }
    Result<std::string> parse_address(std::string_view text) const override { return std::string{text}; }
    net::Task<channel::Attempt> send(channel::Leg /*leg*/, channel::Outgoing /*message*/) override
    {
        co_return channel::Attempt{};
    }
    net::Task<Result<std::optional<std::string>>> holder_of(std::string address,
                                                            net::Millis /*limit*/) override
    {
        ++asked;
        co_return says.at(address);
    }
};

struct Office
{
    Node node;
    Register sms;

    Office()
    {
        node.channels["sms"] = &sms;
        node.bind("phone", "+491701234567", "sms");
        say("262011234567890");
    }
    void say(Result<std::optional<std::string>> what)
    {
        sms.says.insert_or_assign("+491701234567", std::move(what));
    }
    void say(const char* what) { say(std::optional<std::string>{what}); }
    void look()
    {
        unsigned left = kMostLooks;
        EXPECT_TRUE(run(look_at_holders(*node.context, node.served(), left)));
    }
    Binding binding() const { return node.bindings->find(node.box(), "phone").value().value(); }
};

// MUST ENV-58
TEST(Holders, AnotherSimQuarantinesTheNumberAndTellsTheOwner)
{
    Office o;
    o.look();
    EXPECT_EQ(o.sms.asked, 1U);
    o.node.pass(kLookAtHolder);
    o.look();
    EXPECT_EQ(o.binding().state, BindingState::bound);
    o.say("262019999999999");
    o.node.pass(kLookAtHolder);
    o.look();
    EXPECT_EQ(o.binding().state, BindingState::quarantined);
    const auto alarms = o.node.alarms.all();
    EXPECT_TRUE(
        std::any_of(alarms.begin(), alarms.end(), [](const auto& one) { return one.what == "way phone"; }));
    // Proven anew, whoever holds it now counts.
    o.node.bind("phone", "+491701234567", "sms");
    o.look();
    EXPECT_EQ(o.binding().state, BindingState::bound);
}

TEST(Holders, AreAskedForOnceAWeekAndNotWhatTheySaidIsKept)
{
    Office o;
    for (int hour = 0; hour < 6 * 24; ++hour, o.node.pass(3600))
        o.look();
    EXPECT_EQ(o.sms.asked, 1U);
    const auto cell = o.node.mailbox->cell(o.node.box(), "binding/phone").value().value();
    const std::string text{cell.value.begin(), cell.value.end()};
    EXPECT_EQ(text.find("26201"), std::string::npos);
}

// MUST ENV-58
TEST(Holders, AQuestionThatFailsOrGetsNoAnswerSaysNothingAndIsAskedAgainTheNextDay)
{
    Office o;
    o.look();
    o.node.pass(kLookAtHolder);
    o.say(fail(Errc::channel_deferred, "HTTP 503"));
    o.look();
    o.say(std::optional<std::string>{});
    o.node.pass(kLookAgain);
    o.look();
    EXPECT_EQ(o.sms.asked, 3U);
    EXPECT_EQ(o.binding().state, BindingState::bound);
    o.say("262019999999999");
    o.node.pass(kLookAgain);
    o.look();
    EXPECT_EQ(o.binding().state, BindingState::quarantined);
}

TEST(Holders, NoMoreAreAskedForInARoundThanItMayCost)
{
    Office o;
    unsigned left = 0;
    EXPECT_TRUE(run(look_at_holders(*o.node.context, o.node.served(), left)));
    EXPECT_EQ(o.sms.asked, 0U);
}
} // namespace
} // namespace dmid::gateway
