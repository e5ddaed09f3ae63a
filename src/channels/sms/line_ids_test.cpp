// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/line_ids.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
constexpr UnixMillis kSomeTime = 1'800'000'000'000;

TEST(LineIds, WhatComesAgainUnacknowledgedIsTheSameMessage)
{
    LineIds ids;
    const auto first = ids.id_of("+49170", "12345", {}, "ok", kSomeTime);
    EXPECT_EQ(ids.id_of("+49170", "12345", {}, "ok", kSomeTime + 3 * 3'600'000), first);
    ids.acknowledged(first);
    EXPECT_NE(ids.id_of("+49170", "12345", {}, "ok", kSomeTime + 1), first) << "said twice";
}

TEST(LineIds, ARestartWithinTheHourGivesTheSameIds)
{
    LineIds before;
    LineIds after;
    EXPECT_EQ(before.id_of("+49170", "12345", {}, "ok", kSomeTime),
              after.id_of("+49170", "12345", {}, "ok", kSomeTime + 1000));
}

TEST(LineIds, LongMessagesAreKnownByTheirReferenceForEver)
{
    LineIds ids;
    const Part part{7, false, 3, 1};
    const auto first = ids.id_of("+49170", "12345", part, "long", kSomeTime);
    ids.acknowledged(first);
    EXPECT_EQ(ids.id_of("+49170", "12345", part, "long", kSomeTime * 2), first);
    EXPECT_NE(ids.id_of("+49170", "12345", Part{8, false, 3, 1}, "long", kSomeTime), first);
    EXPECT_NE(ids.id_of("+49170", "12345", Part{7, true, 3, 1}, "long", kSomeTime), first);
}

TEST(LineIds, SourceDestinationAndTextTellMessagesApart)
{
    LineIds ids;
    const auto one = ids.id_of("+49170", "12345", {}, "ok", kSomeTime);
    EXPECT_NE(ids.id_of("+491701", "2345", {}, "ok", kSomeTime), one);
    EXPECT_NE(ids.id_of("+49170", "1234", {}, "5ok", kSomeTime), one);
}

TEST(LineIds, AFloodTakesNoMoreThanItsRoom)
{
    LineIds ids;
    for (std::size_t i = 0; i < LineIds::kMost + 10; ++i)
        ids.acknowledged(ids.id_of("+49170", "12345", {}, std::to_string(i), kSomeTime));
    const auto over = ids.id_of("+49170", "12345", {}, "over", kSomeTime);
    EXPECT_NE(ids.id_of("+49170", "12345", {}, "over", kSomeTime), over);
    const auto next_hour = kSomeTime + 3'600'000;
    const auto later = ids.id_of("+49170", "12345", {}, "over", next_hour);
    EXPECT_EQ(ids.id_of("+49170", "12345", {}, "over", next_hour), later) << "there is room again";
}
} // namespace
} // namespace dmid::channels::sms
