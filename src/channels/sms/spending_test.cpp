// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/spending.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
constexpr UnixMillis kNoon = 20'000LL * 86'400'000 + 43'200'000;

SpendingOptions with_caps()
{
    SpendingOptions out;
    out.prices = {{"+", 10}, {"+49", 3}, {"+4915", 4}};
    out.caps = {{"all", {}, 5, {}}, {"far", {"+1", "+7"}, {}, 25}};
    return out;
}

TEST(Spending, ACapHoldsUntilMidnight)
{
    Spending spending{with_caps()};
    EXPECT_TRUE(spending.take("+491701", 4, kNoon));
    const auto over = spending.take("+491701", 2, kNoon);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Errc::channel_deferred);
    EXPECT_NE(over.error().context.find("`all`"), std::string::npos);
    EXPECT_TRUE(spending.take("+491701", 1, kNoon)) << "what was refused was not counted";
    const auto tomorrow = Spending::until_tomorrow(kNoon);
    EXPECT_EQ(tomorrow, 20'001LL * 86'400'000);
    EXPECT_FALSE(spending.take("+491701", 1, tomorrow - 1));
    EXPECT_TRUE(spending.take("+491701", 5, tomorrow));
}

TEST(Spending, TheCostOfOneListOfCountriesIsCappedByItself)
{
    Spending spending{with_caps()};
    EXPECT_TRUE(spending.take("+12025550100", 2, kNoon));
    EXPECT_FALSE(spending.take("+7495", 1, kNoon)) << "30 of 25";
    EXPECT_TRUE(spending.take("+44", 1, kNoon)) << "not in the list";
}

TEST(Spending, WithoutAPriceNothingGoesWhereThereArePrices)
{
    auto options = with_caps();
    options.prices.erase(options.prices.begin());
    Spending spending{options};
    EXPECT_EQ(spending.take("+12025550100", 1, kNoon).error().code, Errc::channel_refused);
    EXPECT_TRUE(Spending{{}}.take("+12025550100", 1000, kNoon)) << "no prices, no caps";
}

TEST(Spending, WhatDidNotGoIsGivenBack)
{
    Spending spending{with_caps()};
    EXPECT_TRUE(spending.take("+491701", 5, kNoon));
    spending.give_back("+491701", 2, kNoon);
    spending.give_back("+491701", 2, kNoon + 86'400'000);
    EXPECT_TRUE(spending.take("+491701", 2, kNoon));
    EXPECT_FALSE(spending.take("+491701", 1, kNoon));
}

TEST(Spending, CountersSurviveARestartAndAClockThatGoesBack)
{
    DaysTally kept;
    auto options = with_caps();
    options.store.load = [&kept]() -> Result<DaysTally> { return kept; };
    options.store.save = [&kept](const DaysTally& tally) -> Result<>
    {
        kept = tally;
        return {};
    };
    EXPECT_TRUE(Spending{options}.take("+491521", 5, kNoon));
    EXPECT_EQ(kept.caps.at("all"), (Tally{5, 20}));
    EXPECT_FALSE(Spending{options}.take("+491701", 1, kNoon));
    EXPECT_FALSE(Spending{options}.take("+491701", 1, kNoon - 3 * 86'400'000));
}

TEST(Spending, WhatCannotBeCountedDoesNotGo)
{
    auto options = with_caps();
    options.store.save = [](const DaysTally&) -> Result<> { return fail(Errc::store_full); };
    EXPECT_EQ(Spending{options}.take("+491701", 1, kNoon).error().code, Errc::store_full);
}
} // namespace
} // namespace dmid::channels::sms
