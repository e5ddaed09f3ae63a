// SPDX-License-Identifier: Apache-2.0
#include "policy/door.hpp"

#include <gtest/gtest.h>

namespace dmid::policy
{
namespace
{
using model::Class;
using model::mask_of;

const model::Terms kTerms{18, mask_of(Class::wallet), "https://example.org/contact"};

TEST(DoorStage, ATicketOpensEvenAFullHouse)
{
    DoorFacts facts;
    facts.quota_full = facts.source_exceeded = true;
    facts.ticket = TicketShown::valid;
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::enter);
    facts.ticket = TicketShown::sink;
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::sink);
    EXPECT_EQ(evaluate_door(kTerms, facts).reason, DoorReason::ticket);
}

TEST(DoorStage, WithoutATicketAFullHouseIsTheSameForAll)
{
    DoorFacts facts;
    facts.quota_full = true;
    for (const bool holds : {true, false})
        for (const unsigned work : {0U, 30U})
        {
            facts.holds_key = facts.budget_left = holds;
            facts.work = static_cast<std::uint8_t>(work);
            facts.shown = work != 0 ? mask_of(Class::wallet) : 0;
            EXPECT_EQ(evaluate_door(kTerms, facts), (DoorVerdict{DoorStep::later, DoorReason::quota}));
        }
}

TEST(DoorStage, ANodeWithTheKeyOpensFirst)
{
    DoorFacts facts;
    facts.holds_key = facts.budget_left = true;
    EXPECT_EQ(evaluate_door(kTerms, facts).reason, DoorReason::opening);
    facts.source_exceeded = true;
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::later);
}

TEST(DoorStage, WithItsBudgetSpentItNamesTheWorkThatSuffices)
{
    DoorFacts facts;
    facts.holds_key = true;
    facts.work_target = 20;
    const auto verdict = evaluate_door(kTerms, facts);
    EXPECT_EQ(verdict, (DoorVerdict{DoorStep::challenge, DoorReason::unmet, 20, kTerms.accepts}));
    facts.work = 20;
    EXPECT_EQ(evaluate_door(kTerms, facts).reason, DoorReason::work);
    // The target stays within 16 … 20, and never below the owner's terms.
    facts = {};
    facts.holds_key = true;
    facts.work_target = 40;
    EXPECT_EQ(evaluate_door({}, facts).work, 20);
    facts.work_target = 0;
    EXPECT_EQ(evaluate_door({}, facts).work, 16);
    EXPECT_EQ(evaluate_door({24, 0, ""}, facts).work, 24);
}

TEST(DoorStage, AKeylessGatewayAppliesTheTermsOnly)
{
    DoorFacts facts;
    facts.budget_left = true;
    EXPECT_EQ(evaluate_door({}, facts).reason, DoorReason::no_terms);
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::challenge);
    facts.work = 17;
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::challenge);
    facts.work = 18;
    EXPECT_EQ(evaluate_door(kTerms, facts).step, DoorStep::enter);
    facts.work = 0;
    facts.shown = mask_of(Class::wallet, Class::stranger);
    EXPECT_EQ(evaluate_door(kTerms, facts).reason, DoorReason::proof);
    facts.shown = mask_of(Class::nostr);
    EXPECT_EQ(evaluate_door({0, mask_of(Class::wallet), ""}, facts).work, 0) << "no work suffices";
}
} // namespace
} // namespace dmid::policy
