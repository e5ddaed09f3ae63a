// SPDX-License-Identifier: Apache-2.0
#include "gateway/release.hpp"

#include "gateway/letters.hpp"
#include "gateway/receipts_out.hpp"
#include "gateway/stages.hpp"

namespace dmid::gateway
{
using policy::Action;

Result<bool> add_release(Context& context, const Served& served, const store::Stored& stored,
                         ContactRow contact, std::optional<UnixTime> accepted, store::Append& what)
{
    const auto& id = stored.entry.id;
    DMID_TRY(auto envelope, model::decode_envelope(stored.entry.body));
    DMID_TRY(const auto arrived, decode_arrived(stored.entry.meta));
    const auto now = context.clock.now();
    if (accepted)
    {
        contact.allowed_at = *accepted;
        contact.denied_at = 0;
    }
    const auto verdict = judge_again(context, served, envelope, contact, arrived.work, now);
    RevisedMeta meta;
    meta.at = now;
    const bool counts = served.policy && served.policy_counts;
    if (verdict.action == Action::deliver || verdict.action == Action::digest || (accepted && !counts))
    {
        // Without a policy that counts everything is a request; what the owner accepts is in the inbox then.
        meta.legs = plan_legs(verdict);
        meta.state = meta.legs.empty() ? State::accepted : State::queued;
        what.entries.push_back(revised_entry(id, stored.entry.thread, Kind::released, std::move(meta)));
        return true;
    }
    // What the policy asks for may still be brought by the next message; this one goes on waiting.
    if (verdict.action != Action::reject && verdict.action != Action::drop)
        return false;
    meta.state = State::discarded;
    meta.reason = "the policy does not let it through";
    what.entries.push_back(revised_entry(id, stored.entry.thread, Kind::discarded, std::move(meta)));
    DMID_TRY(add_receipt(context, served, id, model::ReceiptState::rejected, what));
    return false;
}
} // namespace dmid::gateway
