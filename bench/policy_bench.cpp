// SPDX-License-Identifier: Apache-2.0
// P8: one verdict of the policy: facts, counters, evaluation.
//
// 64 rules, the last of which fits; a set of 10,000 wallets that holds the sender; two more sets and a deny
// set; times in two zones. The sender is looked up by its id, as everywhere.
#include "crypto/keccak.hpp"
#include "frame.hpp"
#include "policy/evaluate.hpp"

#include <algorithm>

namespace
{
using namespace dmid;
using bench::Row;

constexpr std::size_t kContacts = 10'000;
constexpr UnixTime kNow = 1'800'000'000;

model::WalletAddress wallet(std::string_view of, std::size_t i)
{
    const auto name = std::string{of} + std::to_string(i);
    return {Address::from(crypto::keccak256(as_bytes(name)).view().first(20)).value()};
}

policy::Set set_of(std::string name, std::size_t size)
{
    policy::Set set{std::move(name), {}};
    for (std::size_t i = 0; i < size; ++i)
        set.members.emplace_back(wallet(set.name, i));
    std::sort(set.members.begin(), set.members.end(),
              [](const auto& a, const auto& b)
              { return std::get<model::WalletAddress>(a) < std::get<model::WalletAddress>(b); });
    return set;
}

/// 63 rules that look at everything and do not fit, and one that does.
policy::Policy make_policy()
{
    policy::Policy policy;
    policy.zones = {"Europe/Berlin", "UTC"};
    policy.sets = {set_of("contacts", kContacts), set_of("family", 10), set_of("spam", 500)};
    policy.deny = {{2, false}};
    for (std::size_t i = 0; i < policy::kMaxRules; ++i)
    {
        policy::Rule rule;
        rule.action = policy::Action::deliver;
        rule.via = {{"email", 0, false}};
        const bool fits = i + 1 == policy::kMaxRules;
        rule.who_sets = fits ? 1U : 2U;
        // Sunday from midnight to one, of which the time of the benchmark is not.
        rule.when = {{fits ? std::uint8_t{127} : std::uint8_t{64}, 0,
                      fits ? std::uint16_t{0} : std::uint16_t{60}, static_cast<std::uint8_t>(i % 2)}};
        // Every other rule is about the sender, so that its times are looked at too.
        if (i % 2 == 0)
            rule.who_sets = 1U;
        policy.rules.push_back(std::move(rule));
    }
    return policy;
}
} // namespace

int main(int argc, char** argv)
{
    const auto settings = bench::parse(argc, argv);
    const model::Identity own{
        {31337, wallet("registry", 0).address}, model::Number::from_value(8312345678901210).value(), 1};
    const auto made = policy::Compiled::make(make_policy(), own);
    if (!made)
        bench::die(to_string(made.error()));
    const auto& policy = *made;
    const policy::MinuteOfWeek zones = [](std::string_view, UnixTime time)
    { return std::optional{policy::minute_of_week(time + 3600)}; };

    std::vector<model::Counterparty> senders;
    for (std::size_t i = 0; i < 256; ++i)
        senders.push_back({wallet("contacts", i * 39)});
    policy::Observation seen;
    seen.proven = model::bit(model::Class::wallet);
    seen.time = kNow;
    std::size_t next = 0;
    const auto facts_of_next = [&]
    {
        seen.from = &senders[++next % senders.size()];
        return policy::extract(policy, seen, zones);
    };
    const auto judge = [&]
    {
        const auto facts = facts_of_next();
        const auto counters = policy::counters_for(policy, facts, Hash32{}, kNow);
        const std::array<std::uint64_t, policy::kMaxRates> none{};
        auto verdict = policy::evaluate(policy, facts, std::span{none}.first(counters.size));
        bench::require(verdict.action == policy::Action::deliver && verdict.rule == policy::kMaxRules - 1,
                       "the verdict of the last rule");
        bench::do_not_optimize(verdict);
    };
    const auto facts = facts_of_next();
    const auto evaluate = [&]
    {
        auto verdict = policy::evaluate(policy, facts, {});
        bench::do_not_optimize(verdict);
    };

    const auto absolute = [&](const char* what, double wanted, const auto& work)
    {
        Row row{.goal = "P8", .what = what, .unit = "us CPU", .wanted = wanted};
        bench::Samples samples;
        for (unsigned round = 0; round < settings.rounds; ++round)
            samples.push_back(bench::cpu_per_call(work, settings.seconds));
        bench::fill(row, samples, {});
        return row;
    };
    bench::report(settings, {absolute("a verdict: facts, 64 rules, a set of 10,000 contacts", 1.0, judge),
                             absolute("the evaluation alone, 64 rules", 0, evaluate)});
}
