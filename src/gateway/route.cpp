// SPDX-License-Identifier: Apache-2.0
#include "gateway/backoff.hpp"
#include "gateway/legs.hpp"
#include "gateway/letters.hpp"
#include "gateway/prepare.hpp"
#include "keys/random.hpp"
#include "policy/hours.hpp"

namespace dmid::gateway
{
namespace
{
/// The channel that takes a letter to somebody else: the one that reaches such a party in the clear, or the
/// one that carries seals.
std::string channel_to(const Context& context, const model::Party& to)
{
    const bool clear = Addressee{to}.in_the_clear();
    for (const auto& [name, channel] : context.channels)
        if (clear ? channel->address_of(to).has_value() : channel->traits().takes_sealed)
            return name;
    return {};
}

store::Entry leg_entry(const Hash32& message, const store::Entry& of, LegMeta meta, std::uint32_t round,
                       UnixMillis due)
{
    store::Entry entry;
    entry.id = model::leg_id(message, meta.plan.label, round);
    entry.kind = static_cast<std::uint16_t>(Kind::leg);
    entry.thread = of.thread;
    entry.content = entry.id;
    entry.time = of.time;
    entry.work_queue = queue_of(meta.channel);
    entry.work_due = due;
    entry.meta = encode(meta);
    return entry;
}

/// When the next digest goes out by the policy of now; at once without one.
UnixTime digest_slot(const Context& context, const store::MailboxId& box)
{
    const auto served = served_by_box(context, box);
    const auto now = context.clock.now();
    if (!served || !served->policy)
        return now;
    return policy::next_digest(served->policy->compiled->policy(), now, context.zones);
}

/// That it waits for a digest, and the digest, which those before it may have made already.
void add_to_digest(const Context& context, const store::WorkItem& item, const Hash32& message, LegMeta meta,
                   std::uint32_t round, store::Append& what)
{
    meta.slot = digest_slot(context, item.ref.mailbox);
    auto waits = leg_entry(message, item.entry, meta, round, 0);
    waits.work_due.reset();
    what.entries.push_back(std::move(waits));
    const auto due = (meta.slot + UnixTime{meta.plan.after}) * 1000;
    meta.message = digest_id(item.ref.mailbox, meta.plan.label, meta.slot);
    meta.give_up = due + kGiveUpMailMs;
    auto digest = leg_entry(meta.message, item.entry, meta, round, due);
    digest.id = meta.message;
    digest.content = meta.message;
    digest.thread = {}; // of no conversation: under the key of the mailbox
    what.entries.push_back(std::move(digest));
}

Result<> add_owner_legs(Context& context, const store::WorkItem& item, const Hash32& message,
                        const std::vector<LegPlan>& plans, std::uint32_t round, store::Append& what)
{
    const auto now = context.clock.now_ms();
    for (const auto& plan : plans)
    {
        DMID_TRY(auto binding, context.bindings.find(item.ref.mailbox, plan.label));
        LegMeta meta;
        meta.message = message;
        meta.plan = plan;
        // A label that is not bound any more still becomes a leg: its failure is told like any other.
        meta.channel = binding ? binding->channel : std::string{};
        meta.give_up = now + kGiveUpMailMs;
        if (plan.digest)
        {
            add_to_digest(context, item, message, std::move(meta), round, what);
            continue;
        }
        what.entries.push_back(
            leg_entry(message, item.entry, meta, round, now + UnixMillis{plan.after} * 1000));
    }
    return {};
}
} // namespace

Result<store::Append> plan_fan_out(Context& context, const store::WorkItem& item)
{
    store::Append what;
    what.mailbox = item.ref.mailbox;
    what.done.push_back(item.ref);
    switch (static_cast<Kind>(item.entry.kind))
    {
    case Kind::arrived:
    {
        DMID_TRY(auto meta, decode_arrived(item.entry.meta));
        DMID_TRY(add_owner_legs(context, item, item.entry.id, meta.legs, 0, what));
        break;
    }
    case Kind::released:
    {
        DMID_TRY(auto meta, decode_revised(item.entry.meta));
        DMID_TRY(add_owner_legs(context, item, meta.message, meta.legs, 0, what));
        break;
    }
    case Kind::outgoing:
    {
        DMID_TRY(const auto outgoing, decode_outgoing(item.entry.meta));
        LegMeta meta;
        meta.message = item.entry.id;
        meta.to_owner = false;
        meta.channel = channel_to(context, outgoing.to);
        meta.give_up =
            context.clock.now_ms() + (Addressee{outgoing.to}.in_the_clear() ? kGiveUpMailMs : kGiveUpMs);
        what.entries.push_back(leg_entry(item.entry.id, item.entry, meta, 0, context.clock.now_ms()));
        break;
    }
    default:
        break;
    }
    return what;
}

net::Task<> put_off(Context& context, const store::WorkItem& item, const Error& error)
{
    context.alarms.raise("store", "work was put off: " + std::string{name(error.code)}, context.clock.now());
    const auto jitter = keys::random_fixed<Hash32>().bytes[0];
    store::Append back;
    back.mailbox = item.ref.mailbox;
    back.later.push_back(
        {item.ref, context.clock.now_ms() + retry_delay(item.ref.attempt, jitter), item.state});
    // Where even this fails the lease lapses and the item comes again.
    (void)co_await append(context, std::move(back));
}

ServedPtr served_by_box(const Context& context, const store::MailboxId& box)
{
    for (auto& served : context.served.all())
        if (served->box() == box)
            return served;
    return nullptr;
}
} // namespace dmid::gateway
