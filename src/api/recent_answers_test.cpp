// SPDX-License-Identifier: Apache-2.0
#include "api/recent_answers.hpp"

#include <gtest/gtest.h>

namespace dmid::api
{
namespace
{
TEST(RecentAnswers, GivesWhatWasKeptForThatMomentAlone)
{
    RecentAnswers answers;
    answers.keep({100, 7}, "/v1/resolve/1?", "one");
    EXPECT_EQ(answers.find({100, 7}, "/v1/resolve/1?"), "one");
    EXPECT_EQ(answers.find({100, 7}, "/v1/resolve/2?"), std::nullopt);
    EXPECT_EQ(answers.find({101, 7}, "/v1/resolve/1?"), std::nullopt) << "it would say the wrong age";
    EXPECT_EQ(answers.find({100, 8}, "/v1/resolve/1?"), std::nullopt) << "the chain has moved";
    answers.keep({101, 7}, "/v1/resolve/1?", "later");
    EXPECT_EQ(answers.find({100, 7}, "/v1/resolve/1?"), std::nullopt);
    EXPECT_EQ(answers.find({101, 7}, "/v1/resolve/1?"), "later");
}

TEST(RecentAnswers, KeepsABoundedNumberAndNothingLong)
{
    RecentAnswers answers;
    answers.keep({1, 1}, std::string(1000, 'q'), "short");
    EXPECT_EQ(answers.find({1, 1}, std::string(1000, 'q')), std::nullopt);
    answers.keep({1, 1}, "long", std::string(100'000, 'a'));
    EXPECT_EQ(answers.find({1, 1}, "long"), std::nullopt);
    std::size_t kept = 0;
    for (int i = 0; i < 2000; ++i)
        answers.keep({1, 1}, std::to_string(i), "a");
    for (int i = 0; i < 2000; ++i)
        kept += answers.find({1, 1}, std::to_string(i)) ? 1 : 0;
    EXPECT_GT(kept, 0U);
    EXPECT_LT(kept, 1000U);
}
} // namespace
} // namespace dmid::api
