// SPDX-License-Identifier: Apache-2.0
#include "gateway/meters.hpp"

#include <gtest/gtest.h>

namespace dmid::gateway
{
namespace
{
TEST(Meters, CountEachPairOfLabelsByItself)
{
    Meters meters;
    meters.count(Meter::refused, "http", "policy.rejected");
    meters.count(Meter::refused, "http", "policy.rejected");
    meters.count(Meter::refused, "nostr", "policy.rejected");
    const auto counts = meters.counts();
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].first, "http");
    EXPECT_EQ(counts[0].count, 2U);
    EXPECT_EQ(counts[1].count, 1U);
}

TEST(Meters, KeepTheNumberOfSeriesBoundedWhateverTheLabels)
{
    Meters meters;
    const auto many = 3 * Meters::kMaxSeries;
    for (std::size_t i = 0; i < many; ++i)
        meters.count(Meter::leg, "channel " + std::to_string(i), "accepted");
    const auto counts = meters.counts();
    EXPECT_LE(counts.size(), Meters::kMaxSeries + 1);
    std::uint64_t sum = 0;
    for (const auto& sample : counts)
        sum += sample.count;
    EXPECT_EQ(sum, many) << "none goes uncounted";
}

TEST(Meters, PutDurationsIntoTheBucketTheyJustFit)
{
    Meters meters;
    meters.appended(std::chrono::microseconds{500}); // at most 0.5 ms: the first
    meters.appended(std::chrono::microseconds{501});
    meters.appended(std::chrono::seconds{11});
    const auto appends = meters.appends();
    EXPECT_EQ(appends.counts.front(), 1U);
    EXPECT_EQ(appends.counts[1], 1U);
    EXPECT_EQ(appends.counts.back(), 1U);
    EXPECT_NEAR(appends.seconds, 11.001001, 1e-6);
}
} // namespace
} // namespace dmid::gateway
