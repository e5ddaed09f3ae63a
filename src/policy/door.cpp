// SPDX-License-Identifier: Apache-2.0
#include "policy/door.hpp"

#include <algorithm>

namespace dmid::policy
{
DoorVerdict evaluate_door(const model::Terms& terms, const DoorFacts& facts) noexcept
{
    // A blocked contact's ticket is treated as a good one in every respect but the last.
    if (facts.ticket != TicketShown::none)
        return {facts.ticket == TicketShown::sink ? DoorStep::sink : DoorStep::enter, DoorReason::ticket};
    if (facts.quota_full)
        return {DoorStep::later, DoorReason::quota};
    if (facts.source_exceeded)
        return {DoorStep::later, DoorReason::source};
    if (facts.holds_key && facts.budget_left)
        return {DoorStep::enter, DoorReason::opening};
    if ((facts.shown & terms.accepts) != 0)
        return {DoorStep::enter, DoorReason::proof};

    // With the key but no budget, work is asked for whatever the terms say; without it, the terms alone
    // count.
    unsigned work = terms.work;
    if (facts.holds_key)
        work = std::max(work, std::clamp<unsigned>(facts.work_target, kMinDoorWork, kMaxDoorWork));
    if (work == 0 && terms.accepts == 0)
        return {DoorStep::enter, DoorReason::no_terms};
    if (work != 0 && facts.work >= work)
        return {DoorStep::enter, DoorReason::work};
    return {DoorStep::challenge, DoorReason::unmet, static_cast<std::uint8_t>(work), terms.accepts};
}
} // namespace dmid::policy
