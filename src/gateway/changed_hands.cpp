// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow.hpp"
#include "gateway/holders.hpp"
#include "gateway/stages.hpp"
#include "gateway/words.hpp"

// A platform says that an address has new hands: whoever is bound there is sent nothing more until the
// address is proven again.
namespace dmid::gateway
{
// It may stand under several labels. One that is quarantined already raises its alarm again, since alarms end
// with the process and this may be the second try after a cut.
Result<bool> quarantine(Context& context, const Served& served, const channel::HandsChanged& what)
{
    bool any = false;
    const auto now = context.clock.now();
    DMID_TRY(const auto bindings, context.bindings.all(served.box()));
    for (const auto& binding : bindings)
    {
        const bool sent_to =
            binding.state == BindingState::bound || binding.state == BindingState::quarantined;
        if (!sent_to || binding.channel != what.channel || binding.address != what.account)
            continue;
        if (binding.state == BindingState::bound)
        {
            DMID_TRY(context.bindings.set_state(served.box(), binding.label, BindingState::quarantined, now));
        }
        context.alarms.raise("way " + binding.label,
                             "the address of " + binding.label + " may be in other hands: " + what.what +
                                 ". Nothing more goes there until you bind it again: dmid bind " +
                                 what.channel,
                             now, AlarmScope{served.identity.number, binding.label});
        any = true;
    }
    return any;
}

net::Task<channel::Answer> Flow::changed_hands(channel::HandsChanged what)
{
    what.what = shortened(what.what, kMaxDetail);
    for (const auto& served : context_.served.all())
    {
        const auto done = quarantine(context_, *served, what);
        if (!done)
            co_return refuse(done.error());
        if (*done)
            note(context_, "hands changed channel=" + what.channel);
    }
    channel::Answer answer;
    answer.yes = channel::Yes::yes;
    co_return answer;
}
} // namespace dmid::gateway
