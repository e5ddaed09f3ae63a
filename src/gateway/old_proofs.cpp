// SPDX-License-Identifier: Apache-2.0
#include "gateway/old_proofs.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kDayOfProofs = 86'400;

std::string days(UnixTime seconds)
{
    const auto count = seconds / kDayOfProofs;
    return std::to_string(count) + (count == 1 ? " day" : " days");
}

Result<> ask_for_proof(Context& context, const Served& served, const Binding& binding, UnixTime now)
{
    DMID_TRY(context.bindings.set_asked(served.box(), binding.label, now));
    const auto left = std::max(binding.proven + kProofLasts + kAskFor - now, kAskEvery);
    context.alarms.raise("proof " + binding.label,
                         "the address of " + binding.label + " was last shown to be yours " +
                             days(now - binding.proven) +
                             " ago: answer a message there, or bind it again with `dmid bind`; " + "in " +
                             days(left) + " nothing more goes there",
                         now, AlarmScope{served.identity.number, {}, now + kEventAlarm});
    return {};
}

Result<> close(Context& context, const Served& served, const Binding& binding, UnixTime now)
{
    DMID_TRY(context.bindings.set_state(served.box(), binding.label, BindingState::quarantined, now));
    context.alarms.raise("way " + binding.label,
                         "nothing goes to " + binding.label + " any more: nobody showed for " +
                             days(now - binding.proven) + " that it is yours; `dmid bind` binds it again",
                         now, AlarmScope{served.identity.number, binding.label});
    return {};
}
} // namespace

Result<> look_at_old_proofs(Context& context, const Served& served)
{
    const auto now = context.clock.now();
    DMID_TRY(const auto bindings, context.bindings.all(served.box()));
    for (const auto& binding : bindings)
    {
        const auto age = now - binding.proven;
        if (binding.state != BindingState::bound || age < kProofLasts)
            continue;
        // A node that stood still asks first, however old the proof has become meanwhile.
        const bool asked_long =
            binding.asked != 0 && age >= kProofLasts + kAskFor && now - binding.asked >= kAskEvery;
        if (asked_long)
        {
            DMID_TRY(close(context, served, binding, now));
        }
        else if (binding.asked == 0 || now - binding.asked >= kAskEvery)
        {
            DMID_TRY(ask_for_proof(context, served, binding, now));
        }
    }
    return {};
}
} // namespace dmid::gateway
