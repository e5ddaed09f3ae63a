// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/stages.hpp"

namespace dmid::gateway
{
namespace
{
using policy::Action;

/// Names the sender for rates of each sender; who proved nothing is counted by where it comes from.
Hash32 counted_sender(const model::Envelope& envelope, const std::string& source)
{
    return envelope.from.empty() ? crypto::sha256(as_bytes(source)) : party_key(envelope.from);
}

policy::Door door_of(const std::string& name)
{
    const auto door = policy::parse_door(name);
    return door ? *door : policy::Door::http;
}

policy::Facts facts_of(const Context& context, const policy::Compiled& policy,
                       const model::Envelope& envelope, const ContactRow& contact, model::ClassMask unknown,
                       unsigned work, UnixTime time)
{
    policy::Observation seen;
    seen.from = &envelope.from;
    seen.proven = envelope.classes;
    if (contact.contact())
        seen.proven |= model::bit(model::Class::contact);
    if (contact.answered())
        seen.proven |= model::bit(model::Class::answered_before);
    seen.unknown = unknown;
    seen.ext = envelope.ext;
    seen.door = door_of(envelope.door);
    seen.kind = model::content_kind(envelope);
    seen.work = work;
    seen.time = time;
    return policy::extract(policy, seen, context.zones);
}

/// A party that the owner blocked: dropped, with the answer that it would have had without that.
void apply_block(policy::Verdict& verdict, const ContactRow& contact)
{
    if (!contact.blocked())
        return;
    verdict.action = Action::drop;
    verdict.reason = policy::Reason::deny_set;
    verdict.receipts = false;
    verdict.via = {};
}

/// Keys that changed without a handover, and numbers that changed hands: the sender is no contact until the
/// owner says so, and what it writes waits.
void apply_standing(Arrival& arrival)
{
    if (!arrival.standing)
        return;
    const bool doubtful = *arrival.standing == Standing::held || *arrival.standing == Standing::new_epoch;
    if (!doubtful || !arrival.verdict.yes())
        return;
    // What a deny set drops is answered like what waits; what a rule drops has its own yes.
    if (arrival.verdict.answer != Action::drop)
        arrival.verdict.answer = Action::request;
    if (arrival.verdict.action != Action::drop)
        arrival.verdict.action = Action::request;
    arrival.verdict.via = {};
}

Result<std::vector<std::uint64_t>> counts(const Context& context, const policy::Counters& counters)
{
    std::vector<store::Charge> of;
    for (const auto& counter : counters.view())
        of.push_back({counter.name, counter.window_start});
    return context.mailbox.counters(of);
}

/// Of each sender so much is kept as requests; of one who proved nothing so much of its network, and of all
/// like it.
Result<> room_to_wait(const InboxView& view, const Arrival& arrival)
{
    const auto box = arrival.to->box();
    if (arrival.size > kMaxHeldBytes)
        return fail(Errc::message_too_large, "at most 256 KiB are kept of somebody who is no contact yet");
    const bool proven = !arrival.envelope.from.empty();
    const auto share = proven ? party_key(arrival.envelope.from) : unproven_share(box, arrival.in.source);
    DMID_TRY(const auto own, view.held_sum(box, share, arrival.now));
    if (own.messages >= kMaxHeldMessages || own.bytes + arrival.size > kMaxHeldBytes)
        return fail(Errc::gateway_quota, "messages of this sender wait for the recipient already");
    if (proven)
        return {};
    DMID_TRY(const auto all, view.held_sum(box, Hash32{}, arrival.now));
    if (all.messages >= kMaxUnprovenMessages || all.bytes + arrival.size > kMaxUnprovenBytes)
        return fail(Errc::gateway_quota,
                    "many messages of senders who prove nothing wait for the recipient already");
    return {};
}

Result<> judge(Context& context, Arrival& arrival)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(arrival.contact, view.contact(arrival.to->box(), arrival.envelope.from));
    if (!arrival.to->policy || !arrival.to->policy_counts)
        arrival.verdict = policy::without_policy();
    else
    {
        arrival.policy = arrival.to->policy->compiled;
        arrival.policy_seq = arrival.to->policy->position.seq;
        const auto facts = facts_of(context, *arrival.policy, arrival.envelope, arrival.contact,
                                    arrival.unknown, arrival.work, arrival.now);
        arrival.counters = policy::counters_for(
            *arrival.policy, facts, counted_sender(arrival.envelope, arrival.in.source), arrival.now);
        DMID_TRY(auto sums, counts(context, arrival.counters));
        arrival.verdict = policy::evaluate(*arrival.policy, facts, sums);
    }
    if (arrival.verdict.uncertain)
        return fail(Errc::resolve_stale, "who wrote this cannot be checked at present");
    apply_standing(arrival);
    apply_block(arrival.verdict, arrival.contact);

    if (arrival.verdict.answer == Action::request)
        return room_to_wait(view, arrival);
    return {};
}

channel::Answer challenge(const policy::Verdict& verdict, const model::Terms& terms)
{
    auto answer = refuse(Errc::policy_challenge);
    answer.work = verdict.work;
    if (verdict.work > 0)
        answer.reason = "bring " + std::to_string(unsigned{verdict.work}) + " bits of work (NIP-13)";
    answer.accepts = terms.accepts;
    return answer;
}
} // namespace

Refusal authorise(Context& context, Arrival& arrival)
{
    if (const auto judged = judge(context, arrival); !judged)
        return refuse(judged.error());
    switch (arrival.verdict.answer)
    {
    case Action::challenge:
        return challenge(arrival.verdict, arrival.to->document.terms);
    case Action::reject:
        return refuse(Errc::policy_rejected);
    case Action::rate_limited:
        return refuse(Errc::policy_rate_limited);
    case Action::deliver:
    case Action::digest:
    case Action::request:
    case Action::drop:
        break;
    }
    return std::nullopt;
}

policy::Verdict judge_again(const Context& context, const Served& to, const model::Envelope& envelope,
                            const ContactRow& contact, unsigned work, UnixTime now)
{
    if (!to.policy || !to.policy_counts)
    {
        auto verdict = policy::without_policy();
        apply_block(verdict, contact);
        return verdict;
    }
    const auto& policy = *to.policy->compiled;
    const auto facts = facts_of(context, policy, envelope, contact, 0, work, now);
    // No second charge: the sums count as if this were the first message of its window.
    const std::array<std::uint64_t, policy::kMaxRates> none{};
    auto verdict = policy::evaluate(policy, facts, none);
    apply_block(verdict, contact);
    return verdict;
}

std::vector<LegPlan> plan_legs(const policy::Verdict& verdict)
{
    std::vector<LegPlan> legs;
    std::uint32_t after = 0;
    for (const auto& leg : verdict.via)
    {
        legs.push_back({leg.to, after, leg.notice, verdict.urgent, verdict.action == policy::Action::digest});
        after += leg.within;
    }
    return legs;
}
} // namespace dmid::gateway
