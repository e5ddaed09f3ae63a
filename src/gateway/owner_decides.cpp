// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/grant.hpp"
#include "gateway/letters.hpp"
#include "gateway/owner.hpp"
#include "gateway/stages.hpp"
#include "gateway/steps.hpp"
#include "keys/random.hpp"

namespace dmid::gateway
{
namespace
{
using policy::Action;

constexpr std::size_t kMostHeld = 100;

Hash32 revised_id(const Hash32& message)
{
    auto bytes = to_bytes(as_bytes("dmid/revised"));
    dmid::append(bytes, message.view());
    return crypto::sha256(bytes);
}

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

/// One held message, judged again as of now with its sender a contact. Nothing where it stays a request.
Result<std::optional<store::Entry>> release(const Context& context, const Served& served, const Hash32& id,
                                            UnixTime now)
{
    DMID_TRY(auto stored, context.mailbox.find(served.box(), id));
    if (!stored || stored->forgotten)
        return std::optional<store::Entry>{};
    DMID_TRY(auto envelope, model::decode_envelope(stored->entry.body));
    ContactRow contact;
    contact.allowed_at = now;
    const auto verdict = judge_again(context, served, envelope, contact, now);
    RevisedMeta meta;
    meta.at = now;
    if (verdict.action == Action::deliver || verdict.action == Action::digest || !served.policy)
    {
        // Without a policy everything is a request; what the owner accepts is in the inbox then.
        meta.legs = plan_legs(verdict.via);
        meta.state = meta.legs.empty() ? State::accepted : State::queued;
        return std::optional{revised_entry(id, stored->entry.thread, Kind::released, std::move(meta))};
    }
    if (verdict.action == Action::request)
        return std::optional<store::Entry>{};
    meta.state = State::discarded;
    meta.reason = "the policy does not let it through";
    return std::optional{revised_entry(id, stored->entry.thread, Kind::discarded, std::move(meta))};
}

net::Task<> grant(Context& context, ServedPtr served, model::Identity to)
{
    auto resolution = co_await context.resolver.resolve(to.number);
    if (!resolution || !resolution->document || resolution->identity.epoch != to.epoch)
        co_return; // the next answer carries the ticket
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
    return view.held(served.box(), party_key(parties), kMostHeld);
}

Result<PartyInfo> described(const Context& context, const Served& served, const model::Counterparty& parties)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    return describe(view, served.box(), parties);
}
} // namespace

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
    DMID_CO_TRY(auto parties, parties_of(context, *served, who));
    if (parties.empty())
        co_return fail(Errc::input_usage, "nobody can become a contact who proved nothing");
    DMID_CO_TRY(auto held, held_of(context, *served, parties));
    const auto now = context.clock.now();
    store::Append what;
    what.mailbox = served->box();
    what.entries.push_back(consent_entry(*served, parties, Consent::allow, now));
    Decided decided;
    for (const auto& id : held)
    {
        DMID_CO_TRY(auto entry, release(context, *served, id, now));
        if (!entry)
            continue;
        decided.messages += entry->kind == static_cast<std::uint16_t>(Kind::released) ? 1 : 0;
        what.entries.push_back(std::move(*entry));
    }
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    step(steps::kOwnerAppended);
    if (const auto* identity = std::get_if<model::Identity>(&parties.front()))
        co_await grant(context, served, *identity);
    DMID_CO_TRY(decided.party, described(context, *served, parties));
    co_return decided;
}

net::Task<Result<Decided>> block(Context& context, ServedPtr served, Reference who)
{
    DMID_CO_TRY(auto parties, parties_of(context, *served, who));
    if (parties.empty())
        co_return fail(Errc::input_usage, "nobody can be blocked who proved nothing");
    DMID_CO_TRY(auto held, held_of(context, *served, parties));
    const auto now = context.clock.now();
    store::Append what;
    what.mailbox = served->box();
    what.entries.push_back(consent_entry(*served, parties, Consent::deny, now));
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
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    step(steps::kOwnerAppended);
    // The door goes on answering the blocked contact's ticket as before.
    DMID_CO_TRY(auto ticket, issued_ticket(context, served->box(), parties.front()));
    if (ticket)
        context.tickets.put(served->identity.number, *ticket, true, now);
    Decided decided;
    decided.messages = held.size();
    DMID_CO_TRY(decided.party, described(context, *served, parties));
    co_return decided;
}

net::Task<Result<PartyInfo>> confirm(Context& context, ServedPtr served, Reference who)
{
    DMID_CO_TRY(auto parties, parties_of(context, *served, who));
    const auto* identity = parties.empty() ? nullptr : std::get_if<model::Identity>(&parties.front());
    if (identity == nullptr)
        co_return fail(Errc::input_usage, "only a number has keys to confirm");
    const auto number = identity->number;
    context.resolver.forget();
    auto resolution = co_await context.resolver.resolve(number);
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    if (!resolution->document)
        co_return fail(Errc::resolve_not_published);
    DMID_CO_TRY(context.pins.confirm(served->box(), resolution->identity, *resolution->document));
    context.bell.ring();
    DMID_CO_TRY(auto info, described(context, *served, {resolution->identity}));
    co_return info;
}
} // namespace dmid::gateway
