// SPDX-License-Identifier: Apache-2.0
#include "gateway/letters.hpp"
#include "gateway/owner.hpp"
#include "gateway/steps.hpp"
#include "gateway/words.hpp"
#include "model/identifier.hpp"
#include "model/npub.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// Messages of a conversation that are looked at for what an answer refers to, and references it has.
constexpr std::size_t kMostLookedAt = 64;
constexpr store::Position kBehindAll = ~store::Position{0};
constexpr std::size_t kMostReferences = 8;

/// `Re: ` in front, once.
std::string answering(const std::string& subject)
{
    const bool already = subject.size() >= 3 && (subject[0] == 'R' || subject[0] == 'r') &&
                         (subject[1] == 'e' || subject[1] == 'E') && subject[2] == ':';
    return already || subject.empty() ? subject : shortened("Re: " + subject, model::kMaxSubject);
}

/// Nothing where no channel of this node carries letters in the clear to the party.
std::optional<Addressee> in_the_clear(const Context& context, const model::Party& party)
{
    for (const auto& [name, channel] : context.channels)
        if (channel->address_of(party))
            return Addressee{party, {}, {}};
    return std::nullopt;
}

net::Task<Result<Addressee>> find_number(Context& context, ServedPtr served, std::string to)
{
    auto resolution = co_await context.resolver.resolve(std::move(to));
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    if (!resolution->record.published())
        co_return fail(Errc::resolve_not_published);
    if (!resolution->document)
        co_return fail(Errc::document_unavailable);
    if (resolution->identity.number == served->identity.number)
        co_return fail(Errc::input_usage, "that is your own number");
    const bool final = co_await context.resolver.is_final(resolution->record);
    co_return Addressee{resolution->identity, resolution->document->inbox_key, resolution->identifier.tail,
                        final};
}

/// An answer goes to who wrote, in the epoch in which it was written.
net::Task<Result<Addressee>> find_party(Context& context, ServedPtr served, model::Counterparty parties)
{
    if (parties.empty())
        co_return fail(Errc::input_usage, "nobody can be answered who proved nothing");
    const auto& first = parties.front();
    if (const auto* nostr = std::get_if<model::NostrKey>(&first))
        co_return Addressee{first, nostr->key, {}};
    const auto* identity = std::get_if<model::Identity>(&first);
    if (identity == nullptr)
    {
        auto clear = in_the_clear(context, first);
        if (!clear)
            co_return fail(Errc::internal_unsupported, "no channel of this node reaches this sender");
        co_return *std::move(clear);
    }
    auto found = co_await find_number(context, std::move(served), identity->number.digits());
    if (found)
        found->party = *identity;
    co_return found;
}

net::Task<Result<Addressee>> find_addressee(Context& context, ServedPtr served, std::string to)
{
    if (to.starts_with("npub1"))
    {
        DMID_CO_TRY(auto key, model::parse_npub(to));
        co_return Addressee{model::NostrKey{key}, key, {}};
    }
    if (auto party = model::parse_party(to); party)
    {
        const model::Counterparty parties{std::move(*party)};
        co_return co_await find_party(context, std::move(served), parties);
    }
    co_return co_await find_number(context, std::move(served), std::move(to));
}

net::Task<Result<Sent>> send_to(Context& context, ServedPtr served, Addressee to, Draft draft, bool unmask,
                                std::vector<store::Charge> once = {})
{
    DMID_CO_TRY(const bool masked, keeps_mask(context, *served, draft));
    if (!unmask && !masked)
        co_return fail(Errc::channel_mask_broken);
    DMID_CO_TRY(auto what, write_letter(context, *served, to.party, to.key, std::move(draft)));
    what.charges.insert(what.charges.end(), once.begin(), once.end());
    const Sent sent{what.entries.front().id, what.entries.front().thread};
    auto appended = co_await append(context, std::move(what));
    if (!appended)
        co_return tl::unexpected<Error>(std::move(appended).error());
    step(steps::kOwnerAppended);
    co_return sent;
}

/// The thread of what is answered: one that came through a purpose tail is a thread of its own. Nothing where
/// only a party is named.
Result<std::optional<Hash32>> thread_of(const Context& context, const Served& served,
                                        const Reference& reference)
{
    if (!reference.message)
        return reference.thread;
    DMID_TRY(auto stored, context.mailbox.find(served.box(), *reference.message));
    return stored && !stored->forgotten ? std::optional{stored->entry.thread} : std::nullopt;
}

/// What the newest messages from the other side are known by there, and their subject: for the `e` tag, for
/// References.
void refer_to(const Context& context, const Served& served, const Hash32& thread, Draft& draft)
{
    const auto view = InboxView::open(context.mailbox);
    if (!view)
        return;
    const auto messages =
        view->incoming_before(served.box(), thread, kBehindAll, kMostReferences, kMostLookedAt);
    if (!messages)
        return;
    for (const auto& [id, row] : *messages)
    {
        const auto stored = context.mailbox.find(served.box(), id);
        if (!stored || !*stored || (*stored)->forgotten)
            continue;
        const auto envelope = model::decode_envelope((*stored)->entry.body);
        if (!envelope)
            continue;
        if (!draft.answers)
        {
            draft.answers = envelope->ref;
            if (envelope->shape == model::Shape::channel && draft.subject.empty())
                draft.subject = answering(envelope->subject);
        }
        if (!envelope->native_id.empty())
            draft.native_ids.push_back(envelope->native_id);
    }
}
} // namespace

Result<bool> keeps_mask(const Context& context, const Served& served, const Draft& draft)
{
    DMID_TRY(const auto bindings, context.bindings.all(served.box()));
    if (names_an_address(draft.text, bindings) || names_an_address(draft.subject, bindings))
        return false;
    return std::none_of(draft.files.begin(), draft.files.end(),
                        [&](const model::Attachment& file) { return names_an_address(file.name, bindings); });
}

net::Task<Result<Addressed>> address(Context& context, ServedPtr served, Reference to, Draft draft)
{
    DMID_CO_TRY(auto thread, thread_of(context, *served, to));
    DMID_CO_TRY(auto claimed, claimed_by(context, *served, to));
    auto parties = co_await find_parties(context, served, std::move(to));
    if (!parties)
        co_return tl::unexpected<Error>(std::move(parties).error());
    if (parties->empty() && claimed)
        parties->push_back(*std::move(claimed));
    auto addressee = co_await find_party(context, served, std::move(*parties));
    if (!addressee)
        co_return tl::unexpected<Error>(std::move(addressee).error());
    const model::Counterparty with{addressee->party};
    draft.thread = thread.value_or(model::thread_id(served->identity, std::nullopt, with));
    if (!draft.amends)
        refer_to(context, *served, *draft.thread, draft);
    draft.grant = addressee->final;
    Addressed out;
    out.to = std::move(*addressee);
    out.draft = std::move(draft);
    co_return out;
}

net::Task<Result<Sent>> send(Context& context, ServedPtr served, std::string to, std::string text,
                             std::string subject, bool unmask)
{
    auto addressee = co_await find_addressee(context, served, std::move(to));
    if (!addressee)
        co_return tl::unexpected<Error>(std::move(addressee).error());
    Draft draft;
    draft.text = std::move(text);
    draft.subject = std::move(subject);
    draft.ext = addressee->ext;
    draft.grant = addressee->final;
    co_return co_await send_to(context, std::move(served), std::move(*addressee), std::move(draft), unmask);
}

net::Task<Result<Sent>> reply(Context& context, ServedPtr served, Reference to, std::string text, bool unmask)
{
    Draft draft;
    draft.text = std::move(text);
    auto addressed = co_await address(context, served, std::move(to), std::move(draft));
    if (!addressed)
        co_return tl::unexpected<Error>(std::move(addressed).error());
    co_return co_await send_to(context, std::move(served), std::move(addressed->to),
                               std::move(addressed->draft), unmask);
}

namespace
{
net::Task<Result<Sent>> amend(Context& context, ServedPtr served, Draft draft, bool unmask,
                              std::vector<store::Charge> once)
{
    Reference to;
    to.message = draft.amends->message;
    auto addressed = co_await address(context, served, std::move(to), std::move(draft));
    if (!addressed)
        co_return tl::unexpected<Error>(std::move(addressed).error());
    co_return co_await send_to(context, std::move(served), std::move(addressed->to),
                               std::move(addressed->draft), unmask, std::move(once));
}

/// Whether it came in; gateway.no-such-entry where it is not there to be amended.
Result<bool> came_in(const Context& context, const Served& served, const Hash32& message)
{
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto row, view.message(served.box(), message));
    if (!row)
        return fail(Errc::gateway_no_such_entry, "no message " + to_hex(message.view()));
    if (!row->incoming && row->state == State::held)
        return fail(Errc::input_usage, "it has not gone out yet: `dmid accept` sends it as it stands");
    return row->incoming;
}
} // namespace

net::Task<Result<Sent>> edit(Context& context, ServedPtr served, Hash32 message, std::string text,
                             bool unmask, std::vector<store::Charge> once)
{
    DMID_CO_TRY(const bool incoming, came_in(context, *served, message));
    if (incoming)
        co_return fail(Errc::input_usage, "what others wrote is theirs to change");
    Draft draft;
    draft.amends = Amends{text.empty() ? Amends::Kind::taken_back : Amends::Kind::edited, message};
    draft.text = std::move(text);
    co_return co_await amend(context, std::move(served), std::move(draft), unmask, std::move(once));
}

net::Task<Result<Sent>> react(Context& context, ServedPtr served, Hash32 message, std::string emoji,
                              std::vector<store::Charge> once)
{
    DMID_CO_TRY(const bool incoming, came_in(context, *served, message));
    if (!incoming)
        co_return fail(Errc::input_usage, "a reaction is to what the other side wrote");
    if (emoji.size() > kMaxEmoji)
        co_return fail(Errc::input_usage, "a reaction is one emoji");
    Draft draft;
    draft.amends = Amends{Amends::Kind::reacted, message};
    DMID_CO_TRY(const auto stored, context.mailbox.find(served->box(), message));
    if (stored && !stored->forgotten)
    {
        if (const auto envelope = model::decode_envelope(stored->entry.body))
            draft.answers = envelope->ref;
    }
    draft.text = std::move(emoji);
    co_return co_await amend(context, std::move(served), std::move(draft), false, std::move(once));
}

net::Task<Result<Sent>> edit(Context& context, ServedPtr served, Hash32 message, std::string text,
                             bool unmask)
{
    return edit(context, std::move(served), message, std::move(text), unmask, std::vector<store::Charge>{});
}

net::Task<Result<Sent>> react(Context& context, ServedPtr served, Hash32 message, std::string emoji)
{
    return react(context, std::move(served), message, std::move(emoji), std::vector<store::Charge>{});
}
} // namespace dmid::gateway
