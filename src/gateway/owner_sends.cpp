// SPDX-License-Identifier: Apache-2.0
#include "gateway/grant.hpp"
#include "gateway/letters.hpp"
#include "gateway/owner.hpp"
#include "gateway/steps.hpp"
#include "model/identifier.hpp"
#include "model/npub.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/nip59.hpp"

namespace dmid::gateway
{
namespace
{
/// The party that the owner wants to write to, resolved where it is a number.
struct Addressee
{
    model::Party party;
    XOnlyKey key;
    std::optional<model::Tail> ext; ///< as the owner wrote it
};

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
    co_return Addressee{resolution->identity, resolution->document->inbox_key, resolution->identifier.tail};
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
        co_return fail(Errc::internal_unsupported, "this sender cannot be answered yet");
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
    if (auto party = model::parse_party(to); party && !std::holds_alternative<model::WalletAddress>(*party))
    {
        const model::Counterparty parties{std::move(*party)};
        co_return co_await find_party(context, std::move(served), parties);
    }
    co_return co_await find_number(context, std::move(served), std::move(to));
}

net::Task<Result<Sent>> send_to(Context& context, ServedPtr served, Addressee to, Draft draft, bool unmask)
{
    DMID_CO_TRY(auto bindings, context.bindings.all(served->box()));
    if (!unmask && (names_an_address(draft.text, bindings) || names_an_address(draft.subject, bindings)))
        co_return fail(Errc::channel_mask_broken);
    DMID_CO_TRY(auto what, write_letter(context, *served, to.party, to.key, std::move(draft)));
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

/// The rumor that the newest message from the other side is known by there, for the `e` tag.
std::optional<Hash32> newest_reference(const Context& context, const Served& served, const Hash32& thread)
{
    const auto page = gateway::thread(context, served, thread, 0, 1000);
    if (!page)
        return std::nullopt;
    for (auto it = page->messages.rbegin(); it != page->messages.rend(); ++it)
    {
        if (!it->incoming)
            continue;
        const auto stored = context.mailbox.find(served.box(), it->id);
        if (!stored || !*stored)
            return std::nullopt;
        const auto envelope = model::decode_envelope((*stored)->entry.body);
        return envelope ? std::optional{envelope->ref} : std::nullopt;
    }
    return std::nullopt;
}
} // namespace

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
    co_return co_await send_to(context, std::move(served), std::move(*addressee), std::move(draft), unmask);
}

net::Task<Result<Sent>> reply(Context& context, ServedPtr served, Reference to, std::string text, bool unmask)
{
    DMID_CO_TRY(auto thread, thread_of(context, *served, to));
    auto parties = co_await find_parties(context, served, std::move(to));
    if (!parties)
        co_return tl::unexpected<Error>(std::move(parties).error());
    auto addressee = co_await find_party(context, served, std::move(*parties));
    if (!addressee)
        co_return tl::unexpected<Error>(std::move(addressee).error());
    Draft draft;
    draft.text = std::move(text);
    const model::Counterparty with{addressee->party};
    draft.thread = thread.value_or(model::thread_id(served->identity, std::nullopt, with));
    draft.answers = newest_reference(context, *served, *draft.thread);
    co_return co_await send_to(context, std::move(served), std::move(*addressee), std::move(draft), unmask);
}

namespace
{
/// The same words twice within a second are two messages: the later one is dated to the next free second.
Result<seal::Rumor> unused_rumor(const Context& context, const store::MailboxId& box, seal::EventBody body,
                                 UnixTime& now)
{
    for (;;)
    {
        body.created_at = now;
        auto rumor = seal::make_rumor(body);
        DMID_TRY(const auto present, context.mailbox.find(box, rumor.id));
        if (!present)
            return rumor;
        ++now;
    }
}
} // namespace

Result<store::Append> write_letter(Context& context, const Served& served, const model::Party& to,
                                   const XOnlyKey& key, Draft draft)
{
    if (served.keys.empty())
        return fail(Errc::key_not_found, "the node holds no inbox key of this number");
    if (!is_utf8(draft.text) || draft.text.find('\0') != std::string::npos)
        return fail(Errc::codec_utf8);
    if (draft.text.size() > kMaxLetter)
        return fail(Errc::message_too_large,
                    "a message has at most " + std::to_string(kMaxLetter) + " bytes");
    auto now = context.clock.now();
    seal::EventBody body = seal::make_text(served.keys.front().key, key, now, draft.text, draft.answers);
    if (!draft.subject.empty())
        body.tags.push_back({"subject", draft.subject});
    body.tags.push_back(seal::dmid_tag(served.identity));
    if (draft.ext)
        body.tags.push_back(seal::tail_tag(*draft.ext));
    if (std::holds_alternative<model::Identity>(to) && draft.receipt.empty())
    {
        DMID_TRY(auto ticket, issue_ticket(context, served, to));
        body.tags.push_back({std::string{kGrantTag}, to_base64url(ticket.view())});
    }
    if (draft.control)
        body.tags.push_back(
            {std::string{kControlTag}, std::string{draft.receipt.empty() ? kGrantNotice : kReceiptNotice}});
    if (!draft.receipt.empty())
        body.tags.push_back({std::string{kReceiptTag}, draft.receipt});
    DMID_TRY(const auto rumor, unused_rumor(context, served.box(), std::move(body), now));

    const auto thread = draft.thread.value_or(model::thread_id(served.identity, std::nullopt, {to}));
    Outgoing meta{to, thread, now, draft.control};
    store::Entry entry;
    entry.id = rumor.id;
    entry.kind = static_cast<std::uint16_t>(Kind::outgoing);
    entry.thread = meta.thread;
    entry.meta = encode(meta);
    entry.body = encode(Letter{seal::to_json(rumor), std::move(draft.text), std::move(draft.subject)});
    entry.time = context.clock.now_ms();
    entry.work_due = entry.time;

    store::Append what;
    what.mailbox = served.box();
    what.entries.push_back(std::move(entry));
    if (!draft.control)
        what.entries.push_back(consent_entry(served, {to}, Consent::answered, now));
    return what;
}
} // namespace dmid::gateway
