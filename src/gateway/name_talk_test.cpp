// SPDX-License-Identifier: Apache-2.0
#include "gateway/letter_for_test.hpp"
#include "gateway/name_talk.hpp"

#include <map>

// Names on platforms: asked about once, pinned by a yes, asked about anew when they lead elsewhere.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::ChatLine;
using channel::Heard;
using channel::Yes;

net::Task<Result<NameLook>> ready_look(Result<NameLook> look)
{
    co_return look;
}

/// A platform account's talk with a node whose names are a table.
struct NameDesk
{
    Node node;
    Paper telegram{"telegram"};
    std::map<std::string, Result<NameLook>> table;
    unsigned looks = 0;
    unsigned native = 1;

    NameDesk()
    {
        node.channels["telegram"] = &telegram;
        serve_names();
        leads("alice.eth", node.identity());
    }
    void serve_names()
    {
        node.context->find_name = [this](std::string name)
        {
            ++looks;
            const auto found = table.find(name);
            return ready_look(found == table.end() ? fail(Errc::name_no_number, name) : found->second);
        };
    }
    void leads(const std::string& name, const model::Identity& identity)
    {
        table.insert_or_assign(name, NameLook{identity, "2 of 3 endpoints"});
    }
    void fails(const std::string& name, Errc code) { table.insert_or_assign(name, fail(code)); }
    ChatLine line(const std::string& text, const std::string& account = "77")
    {
        ChatLine out;
        out.channel = "telegram";
        out.account = account;
        out.native_id = std::to_string(native++);
        out.text = text;
        out.sent_at = node.clock.now();
        out.source = "telegram " + account;
        return out;
    }
    Heard hear(ChatLine what) { return run(node.flow->hear(std::move(what))); }
    std::string say(const std::string& text, const std::string& account = "77")
    {
        // More is said in a minute than a person types.
        node.pass(61);
        return hear(line(text, account)).say;
    }
    std::vector<MessageInfo> letters() { return node.inbox(true); }
    model::Identity second()
    {
        Served next = *node.served();
        next.identity.number = other_number(node);
        node.served_numbers.put(next);
        return next.identity;
    }
};

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}
const std::string kAliceNumber = "8312 3456 7890 1210";

// MUST NAME-08, NAME-09
TEST(NameTalk, ANameIsAskedAboutOnceAndThenMeansItsNumber)
{
    NameDesk desk;
    const auto asked = desk.say("@alice.eth Hello there");
    EXPECT_TRUE(has(asked, "alice.eth is " + kAliceNumber)) << asked;
    EXPECT_TRUE(has(asked, "2 of 3 endpoints")) << asked;
    EXPECT_TRUE(has(asked, "Answer YES")) << asked;
    EXPECT_TRUE(desk.letters().empty());
    EXPECT_TRUE(has(desk.say("Yes!"), "Sent to " + kAliceNumber));
    ASSERT_EQ(desk.letters().size(), 1U);
    EXPECT_EQ(desk.letters()[0].text, "Hello there");
    EXPECT_EQ(desk.say("@alice.eth again"), "");
    EXPECT_EQ(desk.say("and plainly"), "") << "the conversation is open";
    EXPECT_EQ(desk.letters().size(), 3U);
    EXPECT_EQ(desk.looks, 1U);
    EXPECT_TRUE(has(desk.say("@alice.eth Hello", "78"), "Answer YES")) << "for each account by itself";
}

// MUST NAME-08
TEST(NameTalk, NothingButYesSendsWhatWaits)
{
    NameDesk desk;
    desk.say("@alice.eth Hello");
    EXPECT_TRUE(has(desk.say("what?"), "answer YES or NO"));
    EXPECT_TRUE(has(desk.say("yes please"), "answer YES or NO"));
    EXPECT_TRUE(has(desk.say("no"), "was not sent"));
    EXPECT_TRUE(has(desk.say("yes"), "Begin with the number")) << "the question is closed";
    EXPECT_TRUE(desk.letters().empty());
    EXPECT_TRUE(has(desk.say("@alice.eth Hello"), "Answer YES")) << "a no pins nothing";
}

// MUST NAME-08
TEST(NameTalk, ANumberAtTheBeginningGoesWhereItSaysWhileAQuestionIsOpen)
{
    NameDesk desk;
    desk.say("@alice.eth Hello");
    desk.say(kAliceNumber + " by number");
    ASSERT_EQ(desk.letters().size(), 1U);
    EXPECT_EQ(desk.letters()[0].text, "by number");
    desk.fails("bob.eth", Errc::name_one_sided);
    EXPECT_TRUE(has(desk.say("@bob.eth Hi"), "publish --also"));
    desk.say("YES");
    EXPECT_EQ(desk.letters().size(), 2U) << "the question about alice.eth stands";
    desk.leads("carol.eth", desk.second());
    desk.say("@dora.eth 1");
    EXPECT_TRUE(has(desk.say("@carol.eth 1"), "carol.eth is"));
    desk.leads("dora.eth", desk.node.identity());
    EXPECT_TRUE(has(desk.say("@dora.eth 2"), "Your message to carol.eth was not sent."));
}

// MUST NAME-08
TEST(NameTalk, WhatComesAgainIsKnown)
{
    NameDesk desk;
    const auto first = desk.line("@alice.eth Hello");
    EXPECT_FALSE(desk.hear(first).say.empty());
    EXPECT_TRUE(desk.hear(first).say.empty());
    const auto yes = desk.line("YES");
    EXPECT_EQ(desk.hear(yes).answer.yes, Yes::yes);
    const auto again = desk.hear(yes);
    EXPECT_EQ(again.answer.yes, Yes::yes);
    EXPECT_TRUE(again.say.empty());
    ASSERT_EQ(desk.letters().size(), 1U) << "the word yes is no message";
    EXPECT_EQ(desk.letters()[0].text, "Hello");
    EXPECT_EQ(desk.looks, 1U);
}

// MUST NAME-09
TEST(NameTalk, AnotherNumberBehindTheNameIsAskedAboutAnew)
{
    NameDesk desk;
    desk.say("@alice.eth one");
    desk.say("YES");
    desk.leads("alice.eth", desk.second());
    EXPECT_EQ(desk.say("@alice.eth two"), "") << "within a day nobody looks";
    EXPECT_EQ(desk.letters().size(), 2U);
    desk.node.pass(kNameHolds);
    const auto asked = desk.say("@alice.eth three");
    EXPECT_TRUE(has(asked, "alice.eth has meant " + kAliceNumber)) << asked;
    EXPECT_TRUE(has(asked, "alice.eth is " + other_number(desk.node).in_fours())) << asked;
    EXPECT_EQ(desk.letters().size(), 2U);
    EXPECT_TRUE(has(desk.say("yes"), "Sent to " + other_number(desk.node).in_fours()));
    EXPECT_EQ(desk.letters().size(), 2U) << "it went to the other number";
}

// MUST NAME-09
TEST(NameTalk, ANumberThatChangedHandsIsAskedAboutAtOnce)
{
    NameDesk desk;
    desk.say("@alice.eth one");
    desk.say("YES");
    desk.node.change([](Served& served) { served.identity.epoch = 2; });
    desk.leads("alice.eth", desk.node.identity(2));
    const auto asked = desk.say("@alice.eth two");
    EXPECT_TRUE(has(asked, "has changed hands")) << asked;
    EXPECT_TRUE(has(asked, "Answer YES")) << asked;
    // And while the message waits, too.
    desk.node.change([](Served& served) { served.identity.epoch = 3; });
    const auto late = desk.say("YES");
    EXPECT_TRUE(has(late, "changed hands")) << late;
    EXPECT_TRUE(has(late, "was not sent")) << late;
}

// MUST NAME-09
TEST(NameTalk, APinnedNameThatLeadsNowhereAnyMoreSaysSo)
{
    NameDesk desk;
    desk.say("@alice.eth one");
    desk.say("YES");
    desk.node.pass(kNameHolds);
    desk.fails("alice.eth", Errc::name_one_sided);
    EXPECT_TRUE(has(desk.say("@alice.eth two"), "Nothing was sent to alice.eth"));
    desk.leads("alice.eth", desk.node.identity());
    EXPECT_EQ(desk.say("@alice.eth three"), "") << "the same number again: nothing to ask";
    EXPECT_EQ(desk.letters().size(), 2U);
    EXPECT_EQ(desk.looks, 3U);
}

// MUST NAME-05, NAME-10
TEST(NameTalk, WhatCannotBeAskedIsNoNoAndLooksAreCounted)
{
    NameDesk desk;
    // Of another chain: the endpoint's fault, and as clear as a no.
    desk.fails("alice.eth", Errc::chain_wrong_chain);
    const auto heard = desk.hear(desk.line("@alice.eth Hello"));
    EXPECT_EQ(heard.answer.yes, Yes::later);
    EXPECT_TRUE(heard.say.empty());
    std::string said;
    for (int i = 0; i < 5; ++i)
        said = desk.hear(desk.line("@alice.eth Hello")).say;
    EXPECT_TRUE(has(said, "cannot be looked up at present")) << said;
    EXPECT_EQ(desk.looks, 5U) << "a line that comes again and again ends in words";
}

// MUST NAME-10
TEST(NameTalk, AProgramStartsNoLookAndAnswersNothing)
{
    NameDesk desk;
    auto robot = desk.line("@alice.eth Hello");
    robot.automatic = true;
    EXPECT_EQ(desk.hear(robot).answer.yes, Yes::yes);
    EXPECT_EQ(desk.looks, 0U);
    desk.say("@alice.eth Hello");
    auto yes = desk.line("YES");
    yes.automatic = true;
    desk.hear(yes);
    EXPECT_TRUE(desk.letters().empty());
}

TEST(NameTalk, WhatLeadsNowhereSaysWhyAndNothingWaits)
{
    NameDesk desk;
    desk.fails("bob.eth", Errc::name_off_chain);
    EXPECT_TRUE(has(desk.say("@bob.eth Hello"), "outside of the chain"));
    desk.fails("bob.eth", Errc::number_network);
    EXPECT_TRUE(has(desk.say("@bob.eth Hello"), "of another registry"));
    EXPECT_TRUE(has(desk.say("@carol.eth Hello"), "org.dmid.number"));
    auto elsewhere = desk.node.identity();
    elsewhere.number = other_number(desk.node);
    desk.leads("dora.eth", elsewhere);
    EXPECT_TRUE(has(desk.say("@dora.eth Hello"), "Not sent to " + elsewhere.number.in_fours()));
    EXPECT_TRUE(has(desk.say("YES"), "Begin with the number"));
    desk.node.context->find_name = {};
    EXPECT_TRUE(has(desk.say("@bob.eth Hello"), "does not look up names")) << "no registry is configured";
}

// MUST NAME-11
TEST(NameTalk, WhatWaitsIsBoundedSurvivesARestartAndEndsAfterADay)
{
    NameDesk desk;
    EXPECT_TRUE(has(desk.say("@alice.eth " + std::string(kMaxHeldText + 1, 'x')), "was not kept"));
    EXPECT_TRUE(has(desk.say("YES"), "You write to " + kAliceNumber));
    EXPECT_TRUE(desk.letters().empty());
    desk.say("@alice.eth Hello", "78");
    desk.node.reopen();
    desk.serve_names();
    EXPECT_TRUE(has(desk.say("YES", "78"), "Sent to"));
    desk.say("@alice.eth Hello", "79");
    desk.node.pass(kNameWaits + 1);
    EXPECT_EQ(sweep_questions(*desk.node.context).value(), 3U);
    EXPECT_TRUE(has(desk.say("YES", "79"), "Begin with the number"));
    EXPECT_EQ(desk.letters().size(), 1U);
}

// MUST NAME-11
TEST(NameTalk, WhatWasChangedMeanwhileDoesNotGoOut)
{
    NameDesk desk;
    const auto first = desk.line("@alice.eth Helo");
    desk.hear(first);
    auto edit = desk.line("@alice.eth Hello");
    edit.kind = ChatLine::Kind::edited;
    edit.of = first.native_id;
    desk.node.pass(61);
    EXPECT_TRUE(has(desk.hear(edit).say, "was not sent"));
    EXPECT_TRUE(has(desk.say("YES"), "Begin with the number"));
}

TEST(NameBook, PinsAndQuestionsReadBackAndAreBoundedForEachAccount)
{
    NameDesk desk;
    auto& context = *desk.node.context;
    const auto number = desk.node.identity().number;
    const NamePin pin{"a.eth", number, 7, 1'800'000'000};
    const NameQuestion question{pin, "text\n", "n1", 5, desk.node.clock.now(), {}};
    EXPECT_TRUE(keep_question(context, "x", question).value());
    EXPECT_EQ(find_question(context, "x").value(), question);
    EXPECT_EQ(find_question(context, "y").value(), std::nullopt);
    for (unsigned i = 0; i <= kMaxNamePins; ++i)
        ASSERT_TRUE(keep_name_pin(context, "x", {"n" + std::to_string(i) + ".eth", number, 1, 100 + i}));
    EXPECT_EQ(find_name_pin(context, "x", "n0.eth").value(), std::nullopt) << "the oldest went";
    EXPECT_TRUE(find_name_pin(context, "x", "n1.eth").value());
    EXPECT_EQ(find_name_pin(context, "y", "n1.eth").value(), std::nullopt);
}
} // namespace
} // namespace dmid::gateway
