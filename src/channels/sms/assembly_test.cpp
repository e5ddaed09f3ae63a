// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/assembly.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
constexpr UnixMillis kHold = 1'000;
constexpr UnixMillis kPatient = 60'000;
const Joiner::Key kOfThree{"+491701234567", "12345", 7, false, 3};

TEST(Assembly, NoPartIsAnsweredBeforeTheWholeIs)
{
    Assembly assembly{kHold, kPatient};
    EXPECT_TRUE(assembly.take(kOfThree, 1, "a", 11, 0).answers.empty());
    EXPECT_TRUE(assembly.take(kOfThree, 3, "c", 13, 1).answers.empty());
    const auto step = assembly.take(kOfThree, 2, "b", 12, 2);
    EXPECT_TRUE(step.answers.empty());
    ASSERT_EQ(step.wholes.size(), 1U);
    EXPECT_EQ(step.wholes[0].text, "abc");
    EXPECT_FALSE(step.wholes[0].cut);
    EXPECT_EQ(step.wholes[0].tickets, (std::vector<Ticket>{11, 13, 12}));
    EXPECT_EQ(assembly.waiting(), 0U);
}

TEST(Assembly, AServiceThatSendsOnePartAtATimeGetsItsMessageThrough)
{
    Assembly assembly{kHold, kPatient};
    EXPECT_TRUE(assembly.take(kOfThree, 1, "a", 1, 0).wholes.empty());
    auto step = assembly.due(kHold);
    EXPECT_EQ(step.answers, (std::vector<std::pair<Ticket, Status>>{{1, Status::temporary_error}}));
    EXPECT_TRUE(assembly.take(kOfThree, 2, "b", 2, kHold).wholes.empty());
    EXPECT_EQ(assembly.due(2 * kHold).answers.size(), 1U);
    step = assembly.take(kOfThree, 3, "c", 3, 2 * kHold);
    ASSERT_EQ(step.wholes.size(), 1U);
    EXPECT_EQ(step.wholes[0].text, "abc");
    EXPECT_EQ(step.wholes[0].tickets, (std::vector<Ticket>{3}));
    assembly.finished(step.wholes[0], 2 * kHold);
    // The two that were put off come again: they are known, once.
    for (const unsigned sequence : {1U, 2U})
    {
        const auto again = assembly.take(kOfThree, static_cast<std::uint8_t>(sequence), "x", 20, 3 * kHold);
        EXPECT_EQ(again.answers, (std::vector<std::pair<Ticket, Status>>{{20, Status::ok}}));
        EXPECT_TRUE(again.wholes.empty());
    }
    EXPECT_TRUE(assembly.take(kOfThree, 1, "a", 30, 3 * kHold).answers.empty())
        << "a message of its own by now";
}

TEST(Assembly, APartThatComesAgainIsHeldAgain)
{
    Assembly assembly{kHold, kPatient};
    (void)assembly.take(kOfThree, 1, "a", 1, 0);
    EXPECT_EQ(assembly.due(kHold).answers.size(), 1U);
    EXPECT_TRUE(assembly.take(kOfThree, 1, "a", 2, kHold).answers.empty());
    (void)assembly.take(kOfThree, 2, "b", 3, kHold);
    const auto step = assembly.take(kOfThree, 3, "c", 4, kHold);
    ASSERT_EQ(step.wholes.size(), 1U);
    EXPECT_EQ(step.wholes[0].tickets, (std::vector<Ticket>{2, 3, 4}));
    EXPECT_TRUE(step.wholes[0].owed.empty());
}

TEST(Assembly, WhatNeverBecomesWholeIsHandedInAsFarAsItCame)
{
    Assembly assembly{kHold, kPatient};
    (void)assembly.take(kOfThree, 1, "a", 1, 0);
    (void)assembly.due(kHold);
    (void)assembly.take(kOfThree, 3, "c", 3, kPatient - 1);
    const auto step = assembly.due(kPatient);
    ASSERT_EQ(step.wholes.size(), 1U);
    EXPECT_TRUE(step.wholes[0].cut);
    EXPECT_EQ(step.wholes[0].text, "a[…]c");
    EXPECT_EQ(step.wholes[0].tickets, (std::vector<Ticket>{3}));
    EXPECT_EQ(step.wholes[0].owed, (std::set<std::uint8_t>{1}));
}

TEST(Assembly, ASenderWhoNeverFinishesIsPutOffAtTheLimit)
{
    Assembly assembly{kHold, kPatient};
    auto key = kOfThree;
    std::size_t refused = 0;
    for (std::uint16_t reference = 0; reference < 100; ++reference)
    {
        key.reference = reference;
        refused += assembly.take(key, 1, "a", reference, 0).answers.size();
    }
    EXPECT_EQ(refused, 100 - Joiner::kPerSource);
}
} // namespace
} // namespace dmid::channels::sms
