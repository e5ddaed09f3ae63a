// SPDX-License-Identifier: Apache-2.0
#include "policy/facts.hpp"

#include <algorithm>

namespace dmid::policy
{
using model::Class;
using model::ClassMask;
using model::mask_of;

namespace
{
constexpr ClassMask kKnown = mask_of(Class::contact, Class::answered_before);
constexpr ClassMask kDerived = mask_of(Class::stranger, Class::anonymous);
// What names somebody. That a program says that it is one proves nothing about whose it is.
constexpr ClassMask kNaming = model::kAllClasses & ~(kKnown | kDerived | mask_of(Class::agent));

std::uint8_t tail_index(const Policy& policy, std::optional<model::Tail> ext) noexcept
{
    if (!ext)
        return kNoTail;
    for (std::size_t i = 0; i < policy.tails.size(); ++i)
        if (policy.tails[i].tail == *ext)
            return static_cast<std::uint8_t>(i);
    return kUnknownTail;
}
} // namespace

void derive_classes(Facts& facts) noexcept
{
    facts.proven &= ~kDerived;
    facts.unknown &= ~(kDerived | facts.proven);
    if ((facts.proven & kKnown) != 0)
        return;
    const bool named = (facts.proven & kNaming) != 0;
    const bool perhaps_known = (facts.unknown & kKnown) != 0;
    const bool perhaps_named = (facts.unknown & kNaming) != 0;
    const auto derived = model::bit(named ? Class::stranger : Class::anonymous);
    if (!perhaps_known && (named || !perhaps_named))
        facts.proven |= derived;
    else
        facts.unknown |= named ? derived : kDerived;
}

std::uint32_t sets_of(const Compiled& policy, const model::Counterparty& from) noexcept
{
    std::uint32_t mask = 0;
    if (policy.sets().empty())
        return mask;
    for (const auto& party : from)
    {
        const auto exact = model::party_id(party);
        // Only numbers have epochs: all others are known by one id.
        const bool number = std::holds_alternative<model::Identity>(party);
        const auto any = number ? model::party_id_any_epoch(party) : exact;
        for (std::size_t i = 0; i < policy.sets().size(); ++i)
            if (policy.sets()[i].exact.contains(exact) || policy.sets()[i].any_epoch.contains(any))
                mask |= 1U << i;
    }
    return mask;
}

std::uint16_t minute_of_week(UnixTime local) noexcept
{
    // 1970-01-01 was a Thursday, three days after Monday.
    constexpr UnixTime kWeek = 7 * 1440;
    const auto minute = (local >= 0 ? local / 60 : (local - 59) / 60) + 3 * 1440;
    return static_cast<std::uint16_t>((minute % kWeek + kWeek) % kWeek);
}

Facts extract(const Compiled& policy, const Observation& seen, const MinuteOfWeek& zones)
{
    Facts facts;
    facts.proven = seen.proven;
    facts.unknown = seen.unknown;
    derive_classes(facts);
    if (seen.from != nullptr)
        facts.sets = sets_of(policy, *seen.from);
    facts.tail = tail_index(policy.policy(), seen.ext);
    facts.door = seen.door;
    facts.kind = seen.kind;
    facts.addressed = seen.addressed;
    facts.work = static_cast<std::uint8_t>(std::min(seen.work, 255U));
    for (std::size_t i = 0; i < policy.policy().zones.size(); ++i)
    {
        const auto& zone = policy.policy().zones[i];
        std::optional<std::uint16_t> minute;
        if (zone == "UTC")
            minute = minute_of_week(seen.time);
        else if (zones)
            minute = zones(zone, seen.time);
        if (minute && *minute < 7 * 1440)
            facts.minute[i] = static_cast<std::int16_t>(*minute);
    }
    return facts;
}
} // namespace dmid::policy
