// SPDX-License-Identifier: Apache-2.0
#include "gateway/stages.hpp"
#include "gateway/words.hpp"
#include "policy/door.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/envelope_id.hpp"
#include "seal/work.hpp"

namespace dmid::gateway
{
namespace
{
/// Work asked for rises from 16 to 20 bits as the room for strangers fills.
std::uint8_t work_target(std::uint64_t held, std::uint64_t quota)
{
    constexpr auto kSpan = policy::kMaxDoorWork - policy::kMinDoorWork;
    const auto fill = quota == 0 ? kSpan : std::min<std::uint64_t>(kSpan, held * kSpan / quota);
    return static_cast<std::uint8_t>(policy::kMinDoorWork + fill);
}

channel::Answer challenge(const policy::DoorVerdict& verdict)
{
    auto answer = refuse(Errc::policy_challenge);
    answer.work = verdict.work;
    answer.accepts = verdict.accepts;
    answer.reason = verdict.work > 0 ? "bring " + std::to_string(verdict.work) + " bits of work (NIP-13)"
                                     : "a proof is asked for";
    return answer;
}

/// The door: what may be judged without opening anything.
Refusal judge_outside(Context& context, Arrival& arrival)
{
    const auto view = InboxView::open(context.mailbox);
    if (!view)
        return refuse(view.error());
    const auto held = view->held_bytes(arrival.to->box());
    if (!held)
        return refuse(held.error());

    policy::DoorFacts facts;
    facts.holds_key = true;
    facts.quota_full = *held >= context.stranger_quota;
    facts.work_target = work_target(*held, context.stranger_quota);
    if (arrival.wrap)
    {
        arrival.ticket = context.tickets.shown(arrival.to->identity.number, *arrival.wrap,
                                               arrival.wrap->pubkey.view(), arrival.now);
        if (arrival.ticket)
            facts.ticket = arrival.ticket->sink ? policy::TicketShown::sink : policy::TicketShown::valid;
        facts.work = static_cast<std::uint8_t>(std::min(255U, seal::work_of(*arrival.wrap)));
    }
    else if (arrival.in.letter)
    {
        facts.shown = arrival.envelope.classes;
        const auto contact = view->contact(arrival.to->box(), arrival.envelope.from);
        if (!contact)
            return refuse(contact.error());
        // A contact's address is as good as a ticket, and a blocked contact's is answered like it.
        if (contact->contact())
            facts.ticket = contact->blocked() ? policy::TicketShown::sink : policy::TicketShown::valid;
    }
    else
        facts.shown = model::bit(model::Class::wallet);
    // Whoever brings a ticket or enough work costs the others nothing.
    const auto suffices = std::max(arrival.to->document.terms.work, facts.work_target);
    if (facts.ticket == policy::TicketShown::none && facts.work < suffices)
        facts.budget_left = context.budget.take(arrival.in.source, arrival.now);

    const auto verdict = policy::evaluate_door(arrival.to->document.terms, facts);
    arrival.work = facts.work;
    if (verdict.step == policy::DoorStep::challenge)
        return challenge(verdict);
    if (verdict.step == policy::DoorStep::later)
        return refuse(Errc::gateway_quota);
    // `sink` enters too: the contact is blocked, and the policy's stage drops it with the usual answer.
    return std::nullopt;
}

std::optional<Hash32> reference(const seal::EventBody& body, std::string_view tag)
{
    const auto* found = seal::find_tag(body, tag);
    if (found == nullptr)
        return std::nullopt;
    const auto id = fixed_from_hex<Hash32>((*found)[1]);
    return id ? std::optional{*id} : std::nullopt;
}

model::Envelope envelope_of(const seal::Opened& opened, const Arrival& arrival)
{
    model::Envelope envelope;
    envelope.shape = model::Shape::rumor;
    envelope.ref = opened.rumor.id;
    envelope.sent_at = seal::clamp_time(opened.rumor.created_at, arrival.now);
    envelope.parts.push_back(model::Text{opened.rumor.content});
    if (const auto* subject = seal::find_tag(opened.rumor, "subject"); subject != nullptr)
        envelope.subject = shortened((*subject)[1], model::kMaxSubject);
    auto answers = reference(opened.rumor, "e");
    if (opened.rumor.kind == seal::kKindReaction)
        envelope.reacts_to = answers;
    else
        envelope.reply_to = answers;
    envelope.from = {model::NostrKey{opened.seal_key}};
    envelope.classes = model::bit(model::Class::nostr);
    return envelope;
}

Refusal open_wrap(Arrival& arrival)
{
    Error last{Errc::message_cannot_open, {}};
    for (const auto& key : arrival.to->keys)
    {
        auto opened = seal::open_verified_wrap(*arrival.wrap, key.secret);
        if (!opened)
        {
            last = std::move(opened).error();
            continue;
        }
        arrival.id = seal::envelope_id_rumor(arrival.to->identity, opened->rumor.id, opened->seal_key);
        arrival.envelope = envelope_of(*opened, arrival);
        auto tail = seal::tail_of(opened->rumor);
        if (!tail)
            return refuse(tail.error());
        arrival.envelope.ext = *tail;
        arrival.passed = seal::passed_of(opened->rumor);
        arrival.opened = std::move(*opened);
        return std::nullopt;
    }
    return refuse(last);
}

Refusal recover_signer(Arrival& arrival)
{
    const auto& message = *arrival.signed_text;
    const auto signer = seal::verify_signed_text(message, arrival.promised, arrival.now);
    if (!signer)
        return refuse(signer.error());
    arrival.id = seal::envelope_id_signed(arrival.to->identity, arrival.promised, signer->address);
    arrival.asks_contract = !signer->proven;
    arrival.envelope.shape = model::Shape::signed_text;
    arrival.envelope.ref = arrival.promised;
    arrival.envelope.sent_at = seal::clamp_time(message.sent_at, arrival.now);
    arrival.envelope.parts.push_back(model::Text{message.text});
    arrival.envelope.from = {model::WalletAddress{signer->address}};
    arrival.envelope.classes = model::bit(model::Class::wallet);
    return std::nullopt;
}
} // namespace

Refusal authenticate(Context& context, Arrival& arrival)
{
    // Like a wrap's, the signature of a message in the clear is checked before it counts for anything.
    if (arrival.signed_text)
        if (auto refused = recover_signer(arrival))
            return refused;
    if (arrival.in.letter)
    {
        if (auto refused = read_letter(context, arrival))
            return refused;
        if (arrival.seen)
            return std::nullopt;
    }
    if (auto refused = judge_outside(context, arrival))
        return refused;
    if (arrival.wrap)
        if (auto refused = open_wrap(arrival))
            return refused;
    arrival.envelope.to = arrival.to->identity;
    arrival.envelope.door = arrival.in.door;
    return std::nullopt;
}
} // namespace dmid::gateway
