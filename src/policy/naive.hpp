// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/evaluate.hpp"

#include <algorithm>

// A second evaluator for tests and fuzzing: follows docs/protocol/policy.md word by word over the uncompiled
// policy, slowly, sharing no code with evaluate.cpp.
namespace dmid::policy::naive
{
inline bool in_window(const Window& window, int minute)
{
    // Walks every minute of the window instead of comparing borders.
    for (int day = 0; day < 7; ++day)
    {
        if ((window.days & (1 << day)) == 0)
            continue;
        const int length = (window.to - window.from + 1440) % 1440;
        for (int i = 0; i < (length == 0 ? 1440 : length); ++i)
            if ((day * 1440 + window.from + i) % (7 * 1440) == minute)
                return true;
    }
    return false;
}

/// 0 does not fit, 1 would if an unknown fact were true, 2 fits.
inline int fits(const Rule& rule, const Facts& facts)
{
    if (rule.ext != 0)
    {
        const bool none = facts.tail == kNoTail && (rule.ext & kNoTailBit) != 0;
        const bool named = facts.tail < kMaxTails && (rule.ext & (1ULL << facts.tail)) != 0;
        if (!none && !named)
            return 0;
    }
    if (rule.channel != 0 && (rule.channel & (1U << static_cast<unsigned>(facts.door))) == 0)
        return 0;
    if (rule.kind != 0 && (rule.kind & (1U << static_cast<unsigned>(facts.kind))) == 0)
        return 0;
    if (rule.addressed != 0 && (rule.addressed & (1U << static_cast<unsigned>(facts.addressed))) == 0)
        return 0;
    int who = 2;
    if (rule.who != 0 || rule.who_sets != 0)
    {
        const bool yes = (facts.proven & rule.who) != 0 || (facts.sets & rule.who_sets) != 0;
        who = yes ? 2 : (facts.unknown & rule.who) != 0 ? 1 : 0;
    }
    int when = rule.when.empty() ? 2 : 0;
    for (const auto& window : rule.when)
    {
        const int minute = facts.minute[window.zone];
        when = std::max(when, minute < 0 ? 1 : in_window(window, minute) ? 2 : 0);
    }
    return std::min(who, when);
}

inline Verdict evaluate(const Policy& policy, const Facts& facts, std::span<const std::uint64_t> counts)
{
    Verdict v;
    v.reason = Reason::by_default;
    v.action = policy.default_action;
    v.via = policy.via;
    for (std::size_t i = 0; i < policy.rules.size() && v.rule < 0; ++i)
    {
        const int fit = fits(policy.rules[i], facts);
        v.uncertain = v.uncertain || fit == 1;
        if (fit == 2)
            v.rule = static_cast<std::int8_t>(i);
    }
    if (v.rule >= 0)
    {
        const auto& rule = policy.rules[static_cast<std::size_t>(v.rule)];
        v.action = rule.action;
        v.reason = Reason::rule;
        if (!rule.via.empty())
            v.via = rule.via;
        bool over = false;
        for (std::size_t i = 0; i < rule.rate.size(); ++i)
            over = over || i >= counts.size() || counts[i] + 1 > rule.rate[i].limit;
        v.charge = !rule.rate.empty();
        v.urgent = rule.urgent;
        if (over)
            v.action = Action::rate_limited, v.reason = Reason::rate, v.charge = v.urgent = false;
        if (facts.work < rule.work)
            v.action = Action::challenge, v.reason = Reason::cost, v.work = rule.work,
            v.charge = v.urgent = false;
    }
    v.answer = v.action;
    v.receipts = (facts.proven & policy.receipts) != 0;
    if (v.action != Action::deliver && v.action != Action::digest)
        v.via = {};

    const bool known =
        (facts.proven & model::mask_of(model::Class::contact, model::Class::answered_before)) != 0;
    const Deny* denied = nullptr;
    for (const auto& deny : policy.deny)
        if ((facts.sets & (1U << deny.set)) != 0 && (denied == nullptr || (denied->reject && !deny.reject)))
            denied = &deny;
    if (denied == nullptr && (facts.tail != kUnknownTail || known))
        return v;
    v.via = {};
    v.receipts = v.urgent = false;
    v.action = Action::drop;
    v.reason = denied != nullptr ? Reason::deny_set : Reason::dead_tail;
    if (denied != nullptr)
        v.set = static_cast<std::int8_t>(denied->set);
    if (denied != nullptr && denied->reject)
        v.action = v.answer = Action::reject, v.work = 0, v.charge = false;
    return v;
}

inline bool same(const Verdict& a, const Verdict& b)
{
    return a.action == b.action && a.answer == b.answer && a.reason == b.reason && a.rule == b.rule &&
           a.set == b.set && a.urgent == b.urgent && a.work == b.work && a.charge == b.charge &&
           a.receipts == b.receipts && a.uncertain == b.uncertain &&
           std::equal(a.via.begin(), a.via.end(), b.via.begin(), b.via.end());
}
} // namespace dmid::policy::naive
