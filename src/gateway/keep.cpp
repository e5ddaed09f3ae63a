// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "gateway/amends.hpp"
#include "gateway/files.hpp"
#include "gateway/grant.hpp"
#include "gateway/known_as.hpp"
#include "gateway/stages.hpp"
#include "gateway/words.hpp"
#include "keys/random.hpp"
#include "model/promise.hpp"

#include <boost/json.hpp>

namespace dmid::gateway
{
namespace
{
using policy::Action;

/// Words about what a channel could not carry over (bytes).
constexpr std::size_t kMaxLost = 1000;

State state_of(const policy::Verdict& verdict)
{
    if (verdict.action == Action::drop)
        return State::dropped;
    if (verdict.action == Action::request)
        return State::held;
    return verdict.via.empty() ? State::accepted : State::queued;
}

std::string reason_of(const Arrival& arrival)
{
    if (arrival.standing && (*arrival.standing == Standing::held || *arrival.standing == Standing::new_epoch))
        return std::string{words(*arrival.standing)};
    return {};
}

/// A ticket opens the door once for each envelope key: the same one on another message is not let pass.
void charge_ticket(const Arrival& arrival, store::Append& what)
{
    if (!arrival.ticket || !arrival.wrap)
        return;
    auto name = to_bytes(as_bytes("dmid/ticket-use"));
    dmid::append(name, arrival.to->box().view());
    dmid::append(name, arrival.ticket->handle.view());
    dmid::append(name, arrival.wrap->pubkey.view());
    // The handle's own day, which the sender cannot choose: one window for each handle.
    what.charges.push_back({crypto::sha256(name), arrival.ticket->day * 86400, 1, 1});
}

/// Of an account of a platform: who it is or says it is, and by what its message is known there.
void name_sender(const Context& context, const Arrival& arrival, Arrived& meta)
{
    const auto& envelope = arrival.envelope;
    if (envelope.from.empty())
        meta.claimed = arrival.in.letter->claimed;
    const model::Party* party = meta.claimed ? &*meta.claimed : nullptr;
    if (!envelope.from.empty())
        party = &envelope.from.front();
    const auto* account = party == nullptr ? nullptr : std::get_if<model::PlatformAccount>(party);
    if (account == nullptr)
        return;
    meta.ext = envelope.ext;
    if (!envelope.native_id.empty())
        meta.known_as = known_as(context, account->platform, account->id, envelope.native_id);
}

Result<store::Append> entry_of(const Context& context, const Arrival& arrival)
{
    const auto& verdict = arrival.verdict;
    Arrived meta;
    meta.state = state_of(verdict);
    meta.action = static_cast<std::uint8_t>(verdict.action);
    if (verdict.rule >= 0)
        meta.rule = static_cast<std::uint32_t>(verdict.rule);
    meta.reason = reason_of(arrival);
    meta.policy_seq = arrival.policy_seq;
    meta.from = arrival.envelope.from;
    meta.classes = arrival.envelope.classes;
    meta.door = arrival.in.door;
    meta.received_at = arrival.now;
    meta.size = arrival.size;
    meta.counted = verdict.answer == Action::request;
    if (meta.counted && meta.from.empty())
        meta.share = unproven_share(arrival.to->box(), arrival.in.source);
    meta.work = static_cast<std::uint8_t>(std::min(255U, arrival.work));
    meta.legs = plan_legs(verdict);
    meta.marks = arrival.marks;
    meta.amends = arrival.amends;
    if (arrival.standing == Standing::held && arrival.opened)
        meta.held_key = arrival.opened->seal_key;
    meta.passed = arrival.passed;
    if (arrival.in.letter)
    {
        meta.lost = shortened(arrival.in.letter->lost, kMaxLost);
        meta.automatic = arrival.in.letter->automatic;
        name_sender(context, arrival, meta);
    }

    store::Entry entry;
    entry.id = arrival.id;
    entry.kind = static_cast<std::uint16_t>(Kind::arrived);
    const auto with = meta.claimed ? model::Counterparty{*meta.claimed} : arrival.envelope.from;
    entry.thread = model::thread_id(arrival.to->identity, arrival.envelope.ext, with);
    entry.meta = encode(meta);
    DMID_TRY(entry.body, model::encode_envelope(arrival.envelope));
    // The reference decides what the same message is: two doors stamp different times on one message.
    entry.content = arrival.envelope.ref;
    entry.time = arrival.now * 1000;
    if (meta.state == State::queued)
        entry.work_due = entry.time;
    if (meta.state == State::dropped)
        entry.reclaim_at = (arrival.now + kReclaimDroppedAfter) * 1000;

    store::Append what;
    what.mailbox = arrival.to->box();
    what.entries.push_back(std::move(entry));
    if (verdict.charge)
        for (const auto& counter : arrival.counters.view())
            what.charges.push_back({counter.name, counter.window_start, 1, counter.limit});
    what.charges.insert(what.charges.end(), arrival.once.begin(), arrival.once.end());
    return what;
}
} // namespace

net::Task<Refusal> keep(Context& context, Arrival& arrival, bool& duplicate)
{
    StoredFiles files;
    if (arrival.in.letter)
    {
        auto stored = co_await store_files(context, arrival.to->box(), std::move(arrival.in.letter->files));
        if (!stored)
            co_return refuse(stored.error());
        files = std::move(*stored);
        for (const auto& file : files.list)
            arrival.envelope.parts.emplace_back(file);
    }
    auto amends = amends_of(context, arrival);
    if (!amends)
        co_return refuse(amends.error());
    arrival.amends = *amends;
    auto what = is_control(arrival) ? control_entry(context, arrival) : entry_of(context, arrival);
    if (!what)
        co_return refuse(what.error());
    charge_ticket(arrival, *what);
    claim_files(files, arrival.id, *what);
    if (arrival.verdict.action != Action::drop)
        add_granted_ticket(context, arrival, *what);
    const auto thread = what->entries.empty() ? Hash32{} : what->entries.front().thread;
    auto appended = co_await append(context, std::move(*what));
    if (!appended)
    {
        if (appended.error().code == Errc::store_limit)
            co_return limited(context, arrival);
        if (appended.error().code == Errc::store_id_conflict)
            co_return refuse(Errc::gateway_duplicate_conflict);
        co_return refuse(appended.error());
    }
    duplicate = !appended->fresh();
    if (!duplicate && arrival.verdict.action != Action::drop)
        context.loops->turns.came(thread, context.clock.now_ms());
    co_return std::nullopt;
}

std::string promise(const Context& context, const Arrival& arrival)
{
    if (!context.signer)
        return {};
    const auto coarse = model::coarse_time(arrival.now);
    const auto signature = context.signer->sign(
        model::promise_message(arrival.promised, coarse, context.node_key.key), keys::random_fixed<Hash32>());
    if (!signature)
        return {};
    return codec::serialise_json(boost::json::object{{"envelope", to_hex(arrival.promised.view())},
                                                     {"time", coarse},
                                                     {"node", to_hex(context.node_key.key.view())},
                                                     {"signature", to_hex(signature->view())}});
}
} // namespace dmid::gateway
