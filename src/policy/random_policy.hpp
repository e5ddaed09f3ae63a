// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/facts.hpp"

// Policies and facts drawn from a source of numbers: a seeded generator in tests, the input in fuzzing.
namespace dmid::policy::test
{
template <class Draw> std::vector<Window> random_windows(Draw&& draw, std::size_t zones)
{
    std::vector<Window> out;
    for (unsigned i = 1 + draw(2); i > 0; --i)
    {
        const auto from = static_cast<std::uint16_t>(draw(1440));
        const auto to = static_cast<std::uint16_t>(draw(1440));
        const bool whole = from == to;
        out.push_back({static_cast<std::uint8_t>(1 + draw(127)), whole ? std::uint16_t{0} : from,
                       whole ? std::uint16_t{0} : to,
                       static_cast<std::uint8_t>(draw(static_cast<unsigned>(zones)))});
    }
    return out;
}

/// Quiet hours, hours that are off, and digests. `draw` as below.
template <class Draw> void random_hours(Draw&& draw, std::size_t zones, Policy& policy)
{
    if (draw(3) == 0)
        policy.quiet.push_back({"", random_windows(draw, zones)});
    if (draw(3) == 0)
        policy.quiet.push_back({"phone", random_windows(draw, zones)});
    if (draw(3) == 0)
        policy.off.push_back({draw(2) == 0 ? "email" : "", random_windows(draw, zones)});
}

/// `draw(n)` gives a number below n. The result passes check() mostly, and never breaks a limit of sizes.
template <class Draw> Rule random_rule(Draw&& draw, std::size_t sets, std::size_t tails, std::size_t zones)
{
    using model::Class;
    constexpr Class kClasses[] = {Class::contact, Class::answered_before, Class::dmid_holder, Class::wallet,
                                  Class::nostr,   Class::stranger,        Class::anonymous};
    Rule rule;
    for (unsigned i = draw(4); i > 0; --i)
        rule.who |= model::bit(kClasses[draw(7)]);
    if (sets != 0 && draw(3) == 0)
        rule.who_sets = 1U << draw(static_cast<unsigned>(sets));
    if (tails != 0 && draw(3) == 0)
        rule.ext = draw(2) == 0 ? kNoTailBit : 1ULL << draw(static_cast<unsigned>(tails));
    rule.channel = draw(3) == 0 ? 1U + draw(7) : 0;
    rule.kind = static_cast<std::uint8_t>(draw(3) == 0 ? 1U + draw(7) : 0);
    rule.addressed = static_cast<std::uint8_t>(draw(4) == 0 ? 1 : 0);
    if (zones != 0 && draw(3) == 0)
        rule.when = random_windows(draw, zones);
    rule.action = static_cast<Action>(1 + draw(6));
    if (rule.action == Action::request)
        rule.work = static_cast<std::uint8_t>(draw(3) == 0 ? 1 + draw(24) : 0);
    if (rule.action <= Action::request && draw(3) == 0)
        rule.rate.push_back({1 + draw(5), 3600, draw(2) == 0});
    if (rule.action <= Action::digest && draw(2) == 0)
        rule.via.push_back({"email", draw(2) * 600, draw(2) == 0});
    rule.urgent = rule.action == Action::deliver && draw(4) == 0;
    return rule;
}

template <class Draw> Policy random_policy(Draw&& draw)
{
    Policy policy;
    policy.default_action = static_cast<Action>(1 + draw(6));
    if (draw(2) == 0)
        policy.via.push_back({"phone", 0, false});
    policy.receipts = draw(2) == 0 ? model::bit(model::Class::contact) : 0;
    const std::size_t tails = draw(3);
    for (std::size_t i = 0; i < tails; ++i)
        policy.tails.push_back({"t" + std::to_string(i), model::Tail::from_value(i).value()});
    const std::size_t sets = draw(4);
    for (std::size_t i = 0; i < sets; ++i)
        policy.sets.push_back({"s" + std::to_string(i), {}});
    for (std::size_t i = 0; i < sets; ++i)
        if (draw(2) == 0)
            policy.deny.push_back({static_cast<std::uint8_t>(i), draw(2) == 0});
    // Digests may be wanted, so there are some; they use a zone.
    const std::size_t zones = 1 + draw(3);
    std::uint32_t used = 0;
    policy.digest.push_back({static_cast<std::uint8_t>(1 + draw(127)), static_cast<std::uint16_t>(draw(1440)),
                             static_cast<std::uint8_t>(draw(static_cast<unsigned>(zones)))});
    used |= 1U << policy.digest.front().zone;
    random_hours(draw, zones, policy);
    for (const auto* hours : {&policy.quiet, &policy.off})
        for (const auto& each : *hours)
            for (const auto& window : each.when)
                used |= 1U << window.zone;
    for (unsigned i = draw(12); i > 0; --i)
    {
        policy.rules.push_back(random_rule(draw, sets, tails, zones));
        for (const auto& window : policy.rules.back().when)
            used |= 1U << window.zone;
    }
    // Every zone must be in use: an unused one makes way for the simplest case.
    if (used != (1U << zones) - 1)
    {
        for (auto& rule : policy.rules)
            rule.when.clear();
        policy.quiet.clear();
        policy.off.clear();
        policy.digest.front().zone = 0;
        policy.zones = {"Zone/0"};
        return policy;
    }
    for (std::size_t i = 0; i < zones; ++i)
        policy.zones.push_back("Zone/" + std::to_string(i));
    return policy;
}

template <class Draw> Facts random_facts(Draw&& draw, const Policy& policy)
{
    Facts facts;
    facts.proven = draw(1U << 18U) & draw(1U << 18U) & model::implemented_classes();
    facts.unknown = draw(3) == 0 ? draw(1U << 18U) & model::implemented_classes() : 0;
    derive_classes(facts);
    facts.sets = draw(3) == 0 ? draw(1U << policy.sets.size()) : 0;
    const auto tail = draw(6);
    facts.tail = tail == 0                        ? kUnknownTail
                 : tail < policy.tails.size() + 1 ? static_cast<std::uint8_t>(tail - 1)
                                                  : kNoTail;
    facts.door = static_cast<Door>(draw(3));
    facts.kind = static_cast<model::ContentKind>(draw(3));
    facts.work = static_cast<std::uint8_t>(draw(26));
    for (std::size_t i = 0; i < policy.zones.size(); ++i)
        facts.minute[i] = static_cast<std::int16_t>(draw(5) == 0 ? -1 : static_cast<int>(draw(7 * 1440)));
    return facts;
}
} // namespace dmid::policy::test
