// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/joiner.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace dmid::channels::sms
{
namespace
{
using Fate = Joiner::Fate;

Joiner::Key key(std::uint8_t total, std::uint16_t reference = 7, std::string source = "491701234567")
{
    return {std::move(source), "8312", reference, false, total};
}

TEST(Joiner, PartsBecomeOneTextInAnyOrder)
{
    std::vector<std::uint8_t> order(9);
    std::iota(order.begin(), order.end(), std::uint8_t{1});
    std::mt19937 random{42};
    for (int round = 0; round < 50; ++round)
    {
        std::shuffle(order.begin(), order.end(), random);
        Joiner joiner;
        Joiner::Taken taken;
        for (const auto sequence : order)
            taken =
                joiner.take(key(9), sequence, std::to_string(sequence), "id" + std::to_string(sequence), 0);
        ASSERT_EQ(taken.fate, Fate::whole);
        EXPECT_EQ(taken.text, "123456789");
        EXPECT_EQ(taken.ids.front(), "id1");
        EXPECT_EQ(joiner.waiting(), 0U);
    }
}

TEST(Joiner, ARepeatedPartCountsOnce)
{
    Joiner joiner;
    EXPECT_EQ(joiner.take(key(2), 1, "a", "1", 0).fate, Fate::waiting);
    EXPECT_EQ(joiner.take(key(2), 1, "a", "1", 0).fate, Fate::duplicate);
    EXPECT_EQ(joiner.take(key(2), 2, "b", "2", 0).text, "ab");
}

TEST(Joiner, ARecycledReferenceDoesNotMixTwoMessages)
{
    Joiner joiner;
    joiner.take(key(2), 1, "old ", "1", 0);
    EXPECT_EQ(joiner.take(key(2), 1, "new ", "2", 1000).fate, Fate::waiting);
    EXPECT_EQ(joiner.take(key(2), 2, "words", "3", 2000).text, "new words");
}

TEST(Joiner, OneSenderCannotTakeTheRoomOfAnother)
{
    Joiner joiner;
    for (std::uint16_t reference = 0; reference < Joiner::kPerSource; ++reference)
        EXPECT_EQ(joiner.take(key(2, reference), 1, "x", "", 0).fate, Fate::waiting);
    EXPECT_EQ(joiner.take(key(2, 99), 1, "x", "", 0).fate, Fate::full);
    EXPECT_EQ(joiner.take(key(2, 99, "4915"), 1, "x", "", 0).fate, Fate::waiting);
    EXPECT_EQ(joiner.take(key(2, 0), 2, "y", "", 0).fate, Fate::whole) << "what waits can still be finished";
}

TEST(Joiner, BytesAreBoundedInAll)
{
    Joiner joiner;
    const std::string large(60'000, 'x');
    std::size_t taken = 0;
    for (int i = 0; i < 200; ++i)
        taken +=
            joiner.take(key(2, static_cast<std::uint16_t>(i), std::to_string(i)), 1, large, "", 0).fate ==
                    Fate::waiting
                ? 1U
                : 0U;
    EXPECT_EQ(taken, Joiner::kMostBytes / large.size());
    EXPECT_EQ(joiner.expired(Joiner::kPatience).size(), taken);
    EXPECT_EQ(joiner.take(key(2, 500, "later"), 1, large, "", 0).fate, Fate::waiting)
        << "the room is free again";
}

TEST(Joiner, WhatStaysIncompleteIsGivenUpWithItsGapsMarked)
{
    Joiner joiner;
    joiner.take(key(4), 1, "one ", "a", 0);
    joiner.take(key(4), 4, " four", "d", 5000);
    EXPECT_TRUE(joiner.expired(Joiner::kPatience - 1).empty());
    const auto gone = joiner.expired(Joiner::kPatience);
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].second.text, "one […] four");
    EXPECT_EQ(gone[0].second.ids, (std::vector<std::string>{"a", "d"}));
    EXPECT_TRUE(joiner.expired(Joiner::kPatience).empty());
}
} // namespace
} // namespace dmid::channels::sms
