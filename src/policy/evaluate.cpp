// SPDX-License-Identifier: Apache-2.0
#include "policy/evaluate.hpp"

#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "policy/hours.hpp"

#include <bit>

namespace dmid::policy
{
namespace
{
using model::Class;

enum class Fit : std::uint8_t
{
    no,
    unknown, ///< would fit if something unknown were true
    yes,
};

std::uint64_t tail_bit(std::uint8_t tail) noexcept
{
    if (tail == kNoTail)
        return kNoTailBit;
    // An unlisted tail has a bit that no rule can name; rules without the condition have every bit.
    return tail == kUnknownTail ? 1ULL << 62U : 1ULL << (tail & 31U);
}

Fit fits_time(const CompiledRule& rule, const Facts& facts) noexcept
{
    auto fit = rule.windows == 0 ? Fit::yes : Fit::no;
    for (unsigned i = 0; i < rule.windows; ++i)
    {
        const auto minute = facts.minute[rule.when[i].zone % kMaxZones];
        if (minute == kUnknownMinute)
            fit = Fit::unknown;
        else if (inside(rule.when[i], static_cast<unsigned>(minute)))
            return Fit::yes;
    }
    return fit;
}

Fit fits(const CompiledRule& rule, const Facts& facts, std::uint64_t tail) noexcept
{
    const bool placed = (rule.ext & tail) != 0 &&
                        (rule.channel >> static_cast<unsigned>(facts.door) & 1U) != 0 &&
                        (rule.kind >> static_cast<unsigned>(facts.kind) & 1U) != 0 &&
                        (rule.addressed >> static_cast<unsigned>(facts.addressed) & 1U) != 0;
    if (!placed)
        return Fit::no;
    const bool who = rule.anyone || ((facts.proven & rule.who) | (facts.sets & rule.sets)) != 0;
    if (!who && (facts.unknown & rule.who) == 0)
        return Fit::no;
    const auto time = fits_time(rule, facts);
    return who || time == Fit::no ? time : Fit::unknown;
}

int find(const Compiled& policy, const Facts& facts, bool& uncertain) noexcept
{
    const auto tail = tail_bit(facts.tail);
    const auto& rules = policy.rules();
    for (std::size_t i = 0; i < rules.size(); ++i)
    {
        const auto fit = fits(rules[i], facts, tail);
        if (fit == Fit::yes)
            return static_cast<int>(i);
        uncertain = uncertain || fit == Fit::unknown;
    }
    return -1;
}

bool exceeded(const Rule& rule, std::span<const std::uint64_t> counts) noexcept
{
    for (std::size_t i = 0; i < rule.rate.size(); ++i)
        if (i >= counts.size() || counts[i] >= rule.rate[i].limit)
            return true;
    return false;
}

bool lets_in(Action action) noexcept
{
    return action == Action::deliver || action == Action::digest;
}

// What the rules say, deny sets and dead tails aside.
Verdict by_rules(const Compiled& compiled, const Facts& facts, std::span<const std::uint64_t> counts) noexcept
{
    const auto& policy = compiled.policy();
    Verdict out;
    out.rule = static_cast<std::int8_t>(find(compiled, facts, out.uncertain));
    out.receipts = (facts.proven & policy.receipts) != 0;
    out.reason = Reason::by_default;
    out.action = policy.default_action;
    std::span<const Leg> via;
    if (out.rule >= 0)
    {
        const auto& rule = policy.rules[static_cast<std::size_t>(out.rule)];
        out.reason = Reason::rule;
        out.action = rule.action;
        via = rule.via;
        if (rule.work > facts.work)
        {
            out.reason = Reason::cost;
            out.action = Action::challenge;
            out.work = rule.work;
        }
        else if (exceeded(rule, counts))
        {
            out.reason = Reason::rate;
            out.action = Action::rate_limited;
        }
        else
        {
            out.charge = !rule.rate.empty();
            out.urgent = rule.urgent;
        }
    }
    if (lets_in(out.action))
        out.via = via.empty() ? std::span<const Leg>{policy.via} : via;
    out.answer = out.action;
    return out;
}
} // namespace

int first_fit(const Compiled& policy, const Facts& facts) noexcept
{
    bool uncertain = false;
    return find(policy, facts, uncertain);
}

Counters counters_for(const Compiled& policy, const Facts& facts, const Hash32& sender,
                      UnixTime time) noexcept
{
    Counters out;
    const int fit = first_fit(policy, facts);
    if (fit < 0)
        return out;
    const auto index = static_cast<std::size_t>(fit);
    for (const auto& rate : policy.policy().rules[index].rate)
    {
        const auto window = static_cast<UnixTime>(rate.window);
        const auto name = crypto::TaggedHash{crypto::tags::kCounter}
                              .update(policy.counter_base(index).view())
                              .update_u64(rate.window)
                              .update(rate.each ? sender.view() : ByteView{})
                              .finish();
        out.list[out.size++] = {name, time - (time % window + window) % window, rate.window, rate.limit};
    }
    return out;
}

Verdict evaluate(const Compiled& policy, const Facts& facts, std::span<const std::uint64_t> counts) noexcept
{
    auto out = by_rules(policy, facts, counts);
    const auto silent = facts.sets & policy.deny_drop();
    const auto open = facts.sets & policy.deny_reject();
    const bool known = (facts.proven & model::mask_of(Class::contact, Class::answered_before)) != 0;
    if (silent != 0)
    {
        out.action = Action::drop;
        out.reason = Reason::deny_set;
        out.set = static_cast<std::int8_t>(std::countr_zero(silent));
    }
    else if (open != 0)
    {
        out.action = out.answer = Action::reject;
        out.reason = Reason::deny_set;
        out.set = static_cast<std::int8_t>(std::countr_zero(open));
        out.work = 0;
        out.charge = false;
    }
    else if (facts.tail == kUnknownTail && !known)
    {
        out.action = Action::drop;
        out.reason = Reason::dead_tail;
    }
    else
        return out;
    out.via = {};
    out.receipts = false;
    out.urgent = false;
    return out;
}

Verdict without_policy() noexcept
{
    return {};
}
} // namespace dmid::policy
