// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/grant.hpp"
#include "gateway/letters.hpp"
#include "gateway/owner.hpp"
#include "gateway/release.hpp"
#include "gateway/stages.hpp"
#include "gateway/steps.hpp"
#include "keys/random.hpp"
#include "model/identifier.hpp"

namespace dmid::gateway
{
namespace
{
Error not_final(model::Number number)
{
    return {Errc::gateway_not_final, number.in_fours() + " rests on a block that is not final yet"};
}

Hash32 revised_id(const Hash32& message)
{
    auto bytes = to_bytes(as_bytes("dmid/revised"));
    dmid::append(bytes, message.view());
    return crypto::sha256(bytes);
}

net::Task<> grant(Context& context, ServedPtr served, model::Identity to)
{
    auto resolution = co_await context.resolver.resolve(to.number);
    if (!resolution || !resolution->document || resolution->identity.epoch != to.epoch)
        co_return; // the next answer carries the ticket
    // A ticket is for good: it is issued to nobody whom a reorg can still undo.
    const bool final = co_await context.resolver.is_final(resolution->record);
    if (!final)
        co_return;
    Draft draft;
    draft.control = true;
    auto what = write_letter(context, *served, to, resolution->document->inbox_key, std::move(draft));
    if (what)
        (void)co_await append(context, std::move(*what));
}

Result<std::vector<Hash32>> held_of(const Context& context, const Served& served,
                                    const model::Counterparty& parties)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    return view.held(served.box(), party_key(parties), kMostReleased);
}

/// Entries for everything that is held of the party and does not have to wait any more.
Result<std::size_t> release_held(Context& context, const Served& served, const model::Counterparty& parties,
                                 UnixTime now, store::Append& what)
{
    DMID_TRY(const auto held, held_of(context, served, parties));
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto contact, view.contact(served.box(), parties));
    std::size_t released = 0;
    for (const auto& id : held)
    {
        DMID_TRY(const auto stored, context.mailbox.find(served.box(), id));
        if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
            continue;
        DMID_TRY(const bool gone, add_release(context, served, *stored, contact, now, what));
        released += gone ? 1 : 0;
    }
    return released;
}

/// Whom the owner makes a contact holds the number for good: an epoch that this mailbox has pinned, which it
/// only does once that is final, or one that is final now. gateway.not-final, and errors of resolving.
net::Task<Result<>> check_final(Context& context, ServedPtr served, model::Party party)
{
    const auto* identity = std::get_if<model::Identity>(&party);
    if (identity == nullptr)
        co_return Result<>{};
    DMID_CO_TRY(const auto pin, context.pins.find(served->box(), identity->network, identity->number));
    if (pin && pin->epoch == identity->epoch)
        co_return Result<>{};
    auto resolution = co_await context.resolver.resolve(identity->number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    const bool final = co_await context.resolver.is_final(resolution->record);
    if (final || resolution->identity.epoch != identity->epoch)
        co_return Result<>{};
    // Its keys are not final, or there are none: its epoch may be.
    const auto below = co_await context.resolver.resolve(identity->number, chain::Finality::finalized);
    if (!below || below->identity.epoch != identity->epoch)
        co_return tl::unexpected<Error>(not_final(identity->number));
    co_return Result<>{};
}

/// The owner's word comes after what the owner said before, whatever the clock was set to meanwhile.
Result<UnixTime> after_last_word(const Context& context, const Served& served,
                                 const model::Counterparty& parties, Consent word)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto row, view.contact(served.box(), parties));
    const auto now = context.clock.now();
    return word == Consent::allow && row.blocked() ? std::max(now, row.denied_at + 1)
                                                   : std::max(now, row.allowed_at);
}

/// Blocking needs no chain: a deny entry matches whoever holds the number.
net::Task<Result<model::Counterparty>> find_blocked(Context& context, ServedPtr served, Reference who)
{
    auto found = co_await find_parties(context, served, who);
    if (found || !retryable(found.error().code))
        co_return found;
    DMID_CO_TRY(auto identifier, model::parse_identifier(who.party));
    const auto network = identifier.network.value_or(context.resolver.network());
    co_return model::Counterparty{model::Identity{network, identifier.number, 0}};
}

Result<PartyInfo> described(const Context& context, const Served& served, const model::Counterparty& parties)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    return describe(view, served.box(), parties);
}
} // namespace

store::Entry revised_entry(const Hash32& message, const Hash32& thread, Kind kind, RevisedMeta meta)
{
    store::Entry entry;
    entry.id = revised_id(message);
    entry.kind = static_cast<std::uint16_t>(kind);
    entry.thread = thread;
    entry.time = meta.at * 1000;
    entry.content = entry.id;
    if (meta.state == State::queued)
        entry.work_due = entry.time;
    meta.message = message;
    entry.meta = encode(meta);
    return entry;
}

store::Entry consent_entry(const Served& served, const model::Counterparty& parties, Consent what,
                           UnixTime now)
{
    ConsentMeta meta;
    meta.parties = parties;
    meta.allow = what == Consent::allow;
    meta.answered = what == Consent::answered;
    meta.at = now;
    store::Entry entry;
    entry.id = keys::random_fixed<Hash32>();
    entry.kind = static_cast<std::uint16_t>(Kind::consent);
    entry.thread = model::thread_id(served.identity, std::nullopt, parties);
    entry.meta = encode(meta);
    entry.content = entry.id;
    entry.time = now * 1000;
    return entry;
}

net::Task<Result<Decided>> accept(Context& context, ServedPtr served, Reference who)
{
    DMID_CO_TRY(const bool unsent, is_unsent(context, *served, who));
    if (unsent)
        co_return co_await send_unsent(context, std::move(served), *who.message);
    auto parties = co_await find_parties(context, served, std::move(who));
    if (!parties)
        co_return tl::unexpected<Error>(std::move(parties).error());
    if (parties->empty())
        co_return fail(Errc::input_usage, "nobody can become a contact who proved nothing");
    DMID_CO_TRY(co_await check_final(context, served, parties->front()));
    const auto now = context.clock.now();
    DMID_CO_TRY(const auto at, after_last_word(context, *served, *parties, Consent::allow));
    store::Append what;
    what.mailbox = served->box();
    what.entries.push_back(consent_entry(*served, *parties, Consent::allow, at));
    Decided decided;
    DMID_CO_TRY(decided.messages, release_held(context, *served, *parties, now, what));
    DMID_CO_TRY(auto ticket, mark_ticket(context, served->box(), parties->front(), false, what));
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    step(steps::kOwnerAppended);
    if (ticket)
        context.tickets.put(served->identity.number, *ticket, false, now);
    if (const auto* identity = std::get_if<model::Identity>(&parties->front()))
        co_await grant(context, served, *identity);
    DMID_CO_TRY(decided.party, described(context, *served, *parties));
    co_return decided;
}

net::Task<Result<Decided>> block(Context& context, ServedPtr served, Reference who)
{
    auto found = co_await find_blocked(context, served, std::move(who));
    if (!found)
        co_return tl::unexpected<Error>(std::move(found).error());
    const auto& parties = *found;
    if (parties.empty())
        co_return fail(Errc::input_usage, "nobody can be blocked who proved nothing");
    DMID_CO_TRY(auto held, held_of(context, *served, parties));
    const auto now = context.clock.now();
    DMID_CO_TRY(const auto at, after_last_word(context, *served, parties, Consent::deny));
    store::Append what;
    what.mailbox = served->box();
    what.entries.push_back(consent_entry(*served, parties, Consent::deny, at));
    for (const auto& id : held)
    {
        DMID_CO_TRY(auto stored, context.mailbox.find(served->box(), id));
        if (!stored)
            continue;
        RevisedMeta meta;
        meta.state = State::discarded;
        meta.reason = "you blocked its sender";
        meta.at = now;
        what.entries.push_back(revised_entry(id, stored->entry.thread, Kind::discarded, std::move(meta)));
    }
    // The door goes on answering the blocked contact's ticket as before.
    DMID_CO_TRY(auto ticket, mark_ticket(context, served->box(), parties.front(), true, what));
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    step(steps::kOwnerAppended);
    if (ticket)
        context.tickets.put(served->identity.number, *ticket, true, now);
    Decided decided;
    decided.messages = held.size();
    DMID_CO_TRY(decided.party, described(context, *served, parties));
    co_return decided;
}

net::Task<Result<PartyInfo>> confirm(Context& context, ServedPtr served, Reference who)
{
    auto parties = co_await find_parties(context, served, std::move(who));
    if (!parties)
        co_return tl::unexpected<Error>(std::move(parties).error());
    const auto* identity = parties->empty() ? nullptr : std::get_if<model::Identity>(&parties->front());
    if (identity == nullptr)
        co_return fail(Errc::input_usage, "only a number has keys to confirm");
    const auto number = identity->number;
    context.resolver.forget();
    auto resolution = co_await context.resolver.resolve(number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    if (!resolution->document)
        co_return fail(Errc::resolve_not_published);
    const bool final = co_await context.resolver.is_final(resolution->record);
    if (!final)
        co_return tl::unexpected<Error>(not_final(number));
    DMID_CO_TRY(context.pins.confirm(served->box(), resolution->identity, *resolution->document));
    const model::Counterparty present{resolution->identity};
    DMID_CO_TRY(auto info, described(context, *served, present));
    if (info.contact)
    {
        store::Append what;
        what.mailbox = served->box();
        DMID_CO_TRY(release_held(context, *served, present, context.clock.now(), what));
        auto appended = co_await append(context, std::move(what));
        if (!appended)
            co_return tl::unexpected<Error>(std::move(appended).error());
    }
    context.bell.ring();
    co_return info;
}
} // namespace dmid::gateway
