// SPDX-License-Identifier: Apache-2.0
#include "model/test_keys.hpp"
#include "policy/bytes.hpp"
#include "policy/evaluate.hpp"
#include "policy/naive.hpp"
#include "policy/random_policy.hpp"
#include "policy/toml.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace dmid::policy
{
namespace
{
using model::Class;
using model::mask_of;
using model::test::identity;

constexpr std::uint64_t kNone[] = {0, 0};

Compiled compiled(std::string_view toml)
{
    auto policy = parse_toml(toml);
    EXPECT_TRUE(policy) << (policy ? "" : to_string(policy.error()));
    return Compiled::make(*std::move(policy), identity()).value();
}

Facts facts_of(model::ClassMask proven)
{
    Facts facts;
    facts.proven = proven;
    derive_classes(facts);
    return facts;
}

const std::string kRules = R"(
default = "reject"
via = ["email"]
receipts = ["contact"]
[tails]
shop = "481920"
[sets]
spam = ["8345 6789 0123 4548"]
rude = ["0x52908400098527886e0f7030069857d2e4169ee7"]
[deny]
spam = "drop"
rude = "reject"
[[rule]]
who = ["contact"]
do = "deliver"
[[rule]]
who = ["stranger"]
do = "request"
rate = ["2 per day each", "100 per day"]
[[rule]]
who = ["anonymous"]
do = "request"
cost = { work = 18 }
)";

TEST(Evaluate, TheFirstRuleThatFitsDecides)
{
    const auto policy = compiled(kRules);
    const auto verdict = evaluate(policy, facts_of(mask_of(Class::contact, Class::nostr)), kNone);
    EXPECT_EQ(verdict.action, Action::deliver);
    EXPECT_EQ(verdict.rule, 0);
    EXPECT_TRUE(verdict.receipts);
    ASSERT_EQ(verdict.via.size(), 1U);
    EXPECT_EQ(verdict.via[0].to, "email");
    EXPECT_EQ(evaluate(policy, facts_of(mask_of(Class::answered_before)), kNone).reason, Reason::by_default);
}

TEST(Evaluate, AnUnmetCostIsAChallengeAndNeverFallsThrough)
{
    const auto policy = compiled(kRules);
    auto facts = facts_of(0);
    auto verdict = evaluate(policy, facts, kNone);
    EXPECT_EQ(verdict.action, Action::challenge);
    EXPECT_EQ(verdict.reason, Reason::cost);
    EXPECT_EQ(verdict.work, 18);
    EXPECT_FALSE(verdict.charge);
    facts.work = 17;
    EXPECT_EQ(evaluate(policy, facts, kNone).action, Action::challenge);
    facts.work = 18;
    EXPECT_EQ(evaluate(policy, facts, kNone).action, Action::request);
}

TEST(Evaluate, AnExceededRateSaysTryLater)
{
    const auto policy = compiled(kRules);
    const auto facts = facts_of(mask_of(Class::nostr));
    const auto action = [&](std::vector<std::uint64_t> counts)
    { return evaluate(policy, facts, counts).action; };
    EXPECT_EQ(action({0, 0}), Action::request);
    EXPECT_EQ(action({1, 99}), Action::request);
    EXPECT_EQ(action({2, 0}), Action::rate_limited);
    EXPECT_EQ(action({0, 100}), Action::rate_limited);
    EXPECT_EQ(action({0}), Action::rate_limited) << "a count that is missing is unknown";
    EXPECT_TRUE(evaluate(policy, facts, kNone).charge);
}

// MUST POL-17
TEST(Evaluate, CountersAreOfTheRuleTheSenderAndTheWindow)
{
    const auto policy = compiled(kRules);
    const auto facts = facts_of(mask_of(Class::nostr));
    const Hash32 alice{{1}}, bob{{2}};
    const auto a = counters_for(policy, facts, alice, 86'400 * 3 + 5);
    const auto b = counters_for(policy, facts, bob, 86'400 * 3 + 6);
    ASSERT_EQ(a.size, 2);
    EXPECT_NE(a.list[0].name, b.list[0].name) << "of each sender";
    EXPECT_EQ(a.list[1].name, b.list[1].name) << "of all together";
    EXPECT_EQ(a.list[0].window_start, 86'400 * 3);
    EXPECT_EQ(a.list[0].limit, 2U);
    EXPECT_EQ(counters_for(policy, facts_of(mask_of(Class::contact)), alice, 0).size, 0);
    // Another number's counters are others.
    const auto other = Compiled::make(policy.policy(), identity(2)).value();
    EXPECT_NE(counters_for(other, facts, alice, 0).list[1].name,
              counters_for(policy, facts, alice, 0).list[1].name);
}

TEST(Evaluate, ADeniedSenderGetsTheAnswerThatTheRulesWouldHaveGiven)
{
    const auto policy = compiled(kRules);
    const model::Counterparty spammer{
        model::Identity{model::test::network(), model::Number::from_value(8345678901234548).value(), 77}};
    for (const auto proven : {mask_of(Class::contact), mask_of(Class::nostr), model::ClassMask{0}})
    {
        auto facts = facts_of(proven);
        const auto free = evaluate(policy, facts, kNone);
        facts.sets = sets_of(policy, spammer);
        ASSERT_NE(facts.sets, 0U) << "a deny entry without an epoch matches every epoch";
        const auto denied = evaluate(policy, facts, kNone);
        EXPECT_EQ(denied.action, Action::drop);
        EXPECT_EQ(denied.reason, Reason::deny_set);
        EXPECT_EQ(denied.answer, free.answer);
        EXPECT_EQ(denied.work, free.work);
        EXPECT_EQ(denied.charge, free.charge);
        EXPECT_EQ(denied.rule, free.rule);
        EXPECT_TRUE(denied.via.empty());
        EXPECT_FALSE(denied.receipts);
    }
}

TEST(Evaluate, ARejectingSetSaysNo)
{
    const auto policy = compiled(kRules);
    auto facts = facts_of(mask_of(Class::contact));
    facts.sets = sets_of(
        policy,
        {model::WalletAddress{fixed_from_hex<Address>("52908400098527886e0f7030069857d2e4169ee7").value()}});
    const auto verdict = evaluate(policy, facts, kNone);
    EXPECT_EQ(verdict.action, Action::reject);
    EXPECT_EQ(verdict.answer, Action::reject);
    EXPECT_FALSE(verdict.charge);
    facts.sets = 0b11;
    EXPECT_EQ(evaluate(policy, facts, kNone).action, Action::drop) << "dropping wins over rejecting";
}

TEST(Evaluate, ADeadTailDropsStrangersAndAnswersLikeALivingOne)
{
    const auto policy = compiled(kRules);
    auto facts = facts_of(mask_of(Class::nostr));
    facts.tail = kUnknownTail;
    auto verdict = evaluate(policy, facts, kNone);
    EXPECT_EQ(verdict.action, Action::drop);
    EXPECT_EQ(verdict.answer, Action::request);
    EXPECT_EQ(verdict.reason, Reason::dead_tail);
    facts = facts_of(mask_of(Class::contact));
    facts.tail = kUnknownTail;
    EXPECT_EQ(evaluate(policy, facts, kNone).action, Action::deliver) << "a contact is a contact";
}

TEST(Evaluate, WhatIsUnknownIsNeverTrueAndSaysSo)
{
    const auto policy = compiled(kRules);
    Facts facts;
    facts.proven = mask_of(Class::nostr);
    facts.unknown = mask_of(Class::contact);
    derive_classes(facts);
    const auto verdict = evaluate(policy, facts, kNone);
    EXPECT_EQ(verdict.action, Action::reject) << "neither contact nor stranger is known";
    EXPECT_TRUE(verdict.uncertain);
    EXPECT_FALSE(evaluate(policy, facts_of(mask_of(Class::nostr)), kNone).uncertain);
}

TEST(Evaluate, WithoutAPolicyEverythingIsARequest)
{
    EXPECT_EQ(without_policy().action, Action::request);
    EXPECT_EQ(without_policy().answer, Action::request);
    EXPECT_EQ(without_policy().reason, Reason::no_policy);
    EXPECT_TRUE(without_policy().yes());
}

// MUST POL-15
TEST(Facts, DerivesStrangerAndAnonymous)
{
    EXPECT_EQ(facts_of(0).proven, mask_of(Class::anonymous));
    EXPECT_EQ(facts_of(mask_of(Class::nostr)).proven, mask_of(Class::nostr, Class::stranger));
    EXPECT_EQ(facts_of(mask_of(Class::contact)).proven, mask_of(Class::contact));
    EXPECT_EQ(facts_of(mask_of(Class::agent)).proven, mask_of(Class::agent, Class::anonymous));
    EXPECT_EQ(facts_of(mask_of(Class::stranger)).proven, mask_of(Class::anonymous)) << "never claimed";
}

// MUST POL-17
TEST(Facts, TellsTheMinuteOfTheWeekAndAsksForZonesByName)
{
    EXPECT_EQ(minute_of_week(0), 3 * 1440);      // Thursday
    EXPECT_EQ(minute_of_week(4 * 86'400), 0);    // Monday, 5 January 1970
    EXPECT_EQ(minute_of_week(-1), 3 * 1440 - 1); // Wednesday 23:59
    const auto policy =
        compiled("default = \"request\"\n[[rule]]\nwhen = [\"mon UTC\", \"mon Europe/Berlin\"]\n"
                 "do = \"deliver\"\n");
    Observation seen;
    seen.time = 4 * 86'400;
    std::string asked;
    const auto facts = extract(policy, seen,
                               [&](std::string_view zone, UnixTime) -> std::optional<std::uint16_t>
                               {
                                   asked += zone;
                                   return std::nullopt;
                               });
    EXPECT_EQ(asked, "Europe/Berlin");
    EXPECT_EQ(facts.minute[0], kUnknownMinute);
    EXPECT_EQ(facts.minute[1], 0);
    EXPECT_EQ(evaluate(policy, facts, kNone).action, Action::deliver);
}

TEST(Facts, FindsTheSenderInSetsByExactEpoch)
{
    const auto policy =
        compiled("default = \"request\"\n[sets]\nfriends = [\"8345 6789 0123 4548 epoch 1\"]\n"
                 "[[rule]]\nwho = \"@friends\"\ndo = \"deliver\"\n");
    const auto number = model::Number::from_value(8345678901234548).value();
    EXPECT_EQ(sets_of(policy, {model::Identity{model::test::network(), number, 1}}), 1U);
    EXPECT_EQ(sets_of(policy, {model::Identity{model::test::network(), number, 2}}), 0U);
    EXPECT_EQ(sets_of(policy, {model::Identity{{1, {}}, number, 1}}), 0U) << "another registry";
    EXPECT_EQ(sets_of(policy, {}), 0U);
}

TEST(Evaluate, AgreesWithTheNaiveEvaluatorOnRandomPolicies)
{
    std::mt19937_64 random{20'261'124};
    const auto draw = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
    int valid = 0;
    for (int round = 0; round < 4000; ++round)
    {
        auto policy = test::random_policy(draw);
        const auto ready = Compiled::make(policy, identity());
        if (!ready)
            continue;
        ++valid;
        EXPECT_EQ(decode(encode(policy).value()).value(), policy);
        EXPECT_EQ(parse_toml(to_toml(policy)).value(), policy);
        for (int i = 0; i < 20; ++i)
        {
            const auto facts = test::random_facts(draw, policy);
            const std::vector<std::uint64_t> counts(draw(3), draw(6));
            ASSERT_TRUE(naive::same(evaluate(*ready, facts, counts), naive::evaluate(policy, facts, counts)))
                << to_toml(policy);
        }
    }
    EXPECT_GT(valid, 3000);
}

// P8: 64 rules of which the last fits, and a lookup among 10,000 ids, in under a microsecond. The limit here
// is ten times wider, so that a loaded machine passes; bench/ measures.
TEST(Evaluate, IsFast)
{
    std::string toml = "default = \"reject\"\n";
    for (int i = 0; i < 63; ++i)
        toml += "[[rule]]\nwho = [\"wallet\"]\nkind = [\"link\"]\nwhen = [\"mon-fri 09:00-17:00 UTC\"]\ndo = "
                "\"deliver\"\n";
    const auto policy = compiled(toml + "[[rule]]\nwho = [\"contact\"]\ndo = \"deliver\"\n");
    std::mt19937_64 random{1};
    std::vector<Hash32> ids(10'000);
    for (auto& id : ids)
        for (auto& byte : id.bytes)
            byte = static_cast<std::uint8_t>(random());
    const IdSet contacts{ids};
    constexpr int kRounds = 20'000;
    int delivered = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i)
    {
        const auto& id = ids[static_cast<std::size_t>(i) % ids.size()];
        auto facts = facts_of(contacts.contains(id) ? mask_of(Class::contact) : 0);
        delivered += evaluate(policy, facts, kNone).action == Action::deliver ? 1 : 0;
    }
    const auto each = (std::chrono::steady_clock::now() - start) / kRounds;
    EXPECT_EQ(delivered, kRounds);
    EXPECT_LT(std::chrono::duration_cast<std::chrono::nanoseconds>(each).count(), 10'000);
    RecordProperty("nanoseconds", static_cast<int>(each.count()));
}
} // namespace
} // namespace dmid::policy
