// SPDX-License-Identifier: Apache-2.0
#include "gateway/letter_for_test.hpp"
#include "gateway/loops.hpp"
#include "seal/dmid_tag.hpp"

#include <algorithm>

// What goes round, and programs that answer each other.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::Yes;

const store::MailboxId kRoundBox{};
constexpr UnixTime kRoundTime = 1'800'000'000;

// MUST ENV-56
TEST(Rounds, StopWordsThatAreWrappedAgainAndAgain)
{
    Rounds rounds;
    std::string text = "shall we meet at five?";
    unsigned passed = 0;
    while (passed < 10 && !rounds.came_around(kRoundBox, text, kRoundTime + passed))
    {
        ++passed;
        text = "From 8312 3456 7890 1210:\n" + text;
    }
    EXPECT_EQ(passed, 3U);
}

TEST(Rounds, LetPeopleRepeatAndLengthenWhatTheySaid)
{
    Rounds rounds;
    std::string text = "are you there, my friend?";
    for (int i = 0; i < 20; ++i)
    {
        EXPECT_FALSE(rounds.came_around(kRoundBox, text, kRoundTime));
        EXPECT_FALSE(rounds.came_around(kRoundBox, text, kRoundTime));
        text += " please answer";
    }
    for (int i = 0; i < 13; ++i)
        EXPECT_FALSE(
            rounds.came_around(kRoundBox, std::string(static_cast<std::size_t>(i), '>') + "ok", kRoundTime));
}

TEST(Rounds, ForgetAfterAnHourAndKeepNumbersApart)
{
    Rounds rounds;
    std::string text = "shall we meet at five?";
    for (int i = 0; i < 20; ++i)
    {
        EXPECT_FALSE(rounds.came_around(kRoundBox, text, kRoundTime + i * 3601));
        text = "fwd: " + text;
    }
    store::MailboxId other;
    other.data()[0] = 1;
    text = "one more of these words";
    for (int i = 0; i < 6; ++i)
    {
        EXPECT_FALSE(rounds.came_around(i % 2 == 0 ? kRoundBox : other, text, kRoundTime + 90'000));
        text = "fwd: " + text;
    }
}

TEST(Rounds, AreRememberedOfSoManyNumbersAndNoMore)
{
    Rounds rounds;
    const auto number = [](unsigned i)
    {
        store::MailboxId box;
        box.data()[0] = static_cast<std::uint8_t>(i);
        box.data()[1] = static_cast<std::uint8_t>(i >> 8U);
        return box;
    };
    for (unsigned i = 0; i < 1000; ++i)
        EXPECT_FALSE(rounds.came_around(number(i), "words to one of very many", kRoundTime));
    EXPECT_LE(rounds.numbers(), 256U);
    for (unsigned i = 0; i < 255; ++i)
        EXPECT_FALSE(rounds.came_around(number(i), "words to one of very many", kRoundTime));
    EXPECT_FALSE(rounds.came_around(number(2000), "words an hour later, or so", kRoundTime + 3601));
    EXPECT_LE(rounds.numbers(), 256U);
}

// MUST ENV-57
TEST(QuickTurns, StopTwoProgramsAndLetThemGoOnLater)
{
    QuickTurns turns;
    const Hash32 thread{};
    UnixMillis now = kRoundTime * 1000;
    unsigned answered = 0;
    for (; answered < 100; ++answered, now += 50)
    {
        turns.came(thread, now);
        if (!turns.may_answer(thread, now + 20))
            break;
    }
    EXPECT_EQ(answered, QuickTurns::kQuickTurns);
    EXPECT_FALSE(turns.may_answer(thread, now + QuickTurns::kPause - 1));
    turns.came(thread, now + QuickTurns::kPause + 100);
    EXPECT_TRUE(turns.may_answer(thread, now + QuickTurns::kPause + 200));
}

TEST(QuickTurns, LetAPersonTalkWithAProgram)
{
    QuickTurns turns;
    const Hash32 thread{};
    UnixMillis now = kRoundTime * 1000;
    for (int i = 0; i < 100; ++i, now += 5'000)
    {
        turns.came(thread, now);
        EXPECT_TRUE(turns.may_answer(thread, now + 10));
    }
}

TEST(QuickTurns, LetAPersonAnswerManyMessagesInARow)
{
    QuickTurns turns;
    const Hash32 thread{};
    UnixMillis now = kRoundTime * 1000;
    for (int i = 0; i < 100; ++i, now += 1'000)
    {
        if (i % 4 == 0)
        {
            EXPECT_TRUE(turns.may_answer(thread, now));
        }
        turns.came(thread, now + 10);
    }
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(turns.may_answer(thread, now + i * 1'000));
}

struct Circle
{
    Node node;

    Circle()
    {
        node.bind("mail", "me@example.org");
        EXPECT_TRUE(node.policy(R"(
default = "deliver"
[[rule]]
who = ["dmarc"]
do = "deliver"
via = ["mail"]
)"));
    }

    /// The marks on what the owner gets of one more message.
    model::Passed bring(const std::string& id, model::Passed passed = {})
    {
        auto what = letter(node, "a@b.example", id, "words of " + id);
        what.passed = std::move(passed);
        EXPECT_EQ(hand_in(node, std::move(what)).yes, Yes::yes);
        node.work();
        return node.paper.sent.back().message.passed;
    }
};

// MUST ENV-55
TEST(Loops, AMessageThatWasBroughtOnceIsRefusedWhenItComesBack)
{
    Circle c;
    const auto marks = c.bring("one");
    ASSERT_EQ(marks.size(), 1U);
    auto back = letter(c.node, "other@b.example", "two", "Fwd: words of one");
    back.passed = marks;
    const auto answer = hand_in(c.node, std::move(back));
    EXPECT_EQ(answer.yes, Yes::no);
    EXPECT_EQ(answer.code, Errc::gateway_loop);
    c.node.work();
    EXPECT_EQ(c.node.paper.sent.size(), 1U);
    const auto alarms = c.node.alarms.all();
    EXPECT_TRUE(
        std::any_of(alarms.begin(), alarms.end(), [](const auto& one) { return one.what == "loop"; }));
}

// MUST ENV-55
TEST(Loops, TheMarksOfOtherNumbersAreCarriedOnToAnEnd)
{
    Circle c;
    model::Passed others{"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"};
    const auto marks = c.bring("one", others);
    ASSERT_EQ(marks.size(), 3U);
    EXPECT_EQ(marks[0], others[0]);
    EXPECT_EQ(marks[1], others[1]);
    auto endless = letter(c.node, "a@b.example", "two", "words");
    endless.passed.assign(model::kMostPassed, others[0]);
    EXPECT_EQ(hand_in(c.node, std::move(endless)).code, Errc::gateway_loop);
}

TEST(Loops, ASealedMessageCarriesTheMarksInsideTheSeal)
{
    Circle c;
    const auto marks = c.bring("one");
    const Person node_of_another;
    seal::EventBody body = seal::make_text(node_of_another.key, c.node.owner.key, c.node.clock.now(), "back");
    body.tags.push_back(seal::passed_tag(marks));
    const auto wrap = c.node.wrap(node_of_another, seal::make_rumor(std::move(body)));
    EXPECT_EQ(seal::to_json(wrap).find(marks[0]), std::string::npos);
    EXPECT_EQ(c.node.receive(wrap).code, Errc::gateway_loop);
}
} // namespace
} // namespace dmid::gateway
