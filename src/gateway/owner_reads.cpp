// SPDX-License-Identifier: Apache-2.0
#include "gateway/files.hpp"
#include "gateway/owner.hpp"
#include "gateway/words.hpp"
#include "model/identifier.hpp"
#include "model/npub.hpp"
#include "model/receipt.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
std::string why_of(const MessageInfo& info, const std::string& reason)
{
    if (info.state == State::held)
        return reason.empty() ? "it waits for you: `dmid accept` or `dmid block`" : reason;
    if (!info.receipts.empty() && (info.state == State::queued || info.state == State::failed))
        return info.receipts.back().detail;
    if (info.state == State::queued)
        return "it is on its way";
    return {};
}

/// What the other side's node said, as one more receipt.
ReceiptInfo told(const NoticeMeta& notice)
{
    const auto said = static_cast<model::ReceiptState>(notice.receipt);
    ReceiptInfo info;
    info.state = said >= model::ReceiptState::delivered ? State::delivered
                 : said == model::ReceiptState::expired ? State::expired
                 : said >= model::ReceiptState::failed  ? State::failed
                                                        : State::accepted;
    info.detail = "their node says: " + std::string{model::name(said)};
    info.at = notice.at;
    return info;
}

Result<std::vector<ReceiptInfo>> receipts_of(const Context& context, const store::MailboxId& box,
                                             const MessageRow& row)
{
    std::vector<ReceiptInfo> out;
    for (const auto& id : row.outcomes)
    {
        DMID_TRY(auto stored, context.mailbox.find(box, id));
        if (!stored || stored->forgotten)
            continue;
        if (stored->entry.kind == static_cast<std::uint16_t>(Kind::notice))
        {
            DMID_TRY(auto notice, decode_notice(stored->entry.meta));
            out.push_back(told(notice));
            continue;
        }
        DMID_TRY(auto meta, decode_outcome(stored->entry.meta));
        out.push_back({meta.state, meta.label, meta.channel, meta.detail, meta.repeated, meta.at});
    }
    return out;
}

Result<MessageInfo> describe_message(const Context& context, const InboxView& view,
                                     const store::MailboxId& box, const Hash32& id, const MessageRow& row)
{
    DMID_TRY(auto stored, context.mailbox.find(box, id));
    if (!stored || stored->forgotten)
        return fail(Errc::gateway_no_such_entry, "the message was forgotten");
    MessageInfo info;
    info.id = id;
    info.position = row.position;
    info.thread = row.thread;
    info.incoming = row.incoming;
    info.state = row.state;
    DMID_TRY(info.receipts, receipts_of(context, box, row));
    std::string reason;
    if (row.incoming)
    {
        DMID_TRY(auto meta, decode_arrived(stored->entry.meta));
        DMID_TRY(auto envelope, model::decode_envelope(stored->entry.body));
        info.with = describe(view, box, meta.from);
        info.with.words = sender_words(meta.from, meta.claimed);
        info.by = meta.door;
        info.encryption = encryption_words(envelope.shape, false, {});
        info.proofs = proof_words(meta.classes);
        info.subject = envelope.subject;
        info.text = model::joined_text(envelope);
        info.sent_at = envelope.sent_at;
        info.received_at = meta.received_at;
        info.files = attachments_of(envelope);
        info.proofs.insert(info.proofs.end(), meta.marks.begin(), meta.marks.end());
        info.lost = meta.lost;
        info.amends = meta.amends;
        reason = meta.reason;
    }
    else
    {
        DMID_TRY(auto meta, decode_outgoing(stored->entry.meta));
        DMID_TRY(auto letter, decode_letter(stored->entry.body));
        info.with = describe(view, box, {meta.to});
        info.by = meta.said_on;
        info.encryption = outward_encryption_words(letter.rumor.empty(), meta.said_on);
        info.subject = letter.subject;
        info.text = letter.text;
        info.sent_at = meta.sent_at;
        info.received_at = meta.sent_at;
        info.files = letter.files;
        info.amends = meta.amends;
        reason = meta.why;
    }
    info.why = why_of(info, reason);
    return info;
}

Result<Page> page_of(const Context& context, const InboxView& view, const store::MailboxId& box,
                     const std::vector<ListedMessage>& listed, std::size_t limit)
{
    Page page;
    for (const auto& [id, row] : listed)
    {
        auto info = describe_message(context, view, box, id, row);
        if (info)
            page.messages.push_back(std::move(*info));
        else if (info.error().code != Errc::gateway_no_such_entry)
            return tl::unexpected<Error>(std::move(info).error());
    }
    if (!listed.empty() && listed.size() == limit)
        page.next = listed.back().row.position;
    return page;
}

Result<Page> requests(const Context& context, const InboxView& view, const store::MailboxId& box,
                      store::Position after, std::size_t limit)
{
    // Kept by sender: only all of them together can be put in order.
    DMID_TRY(auto held, view.held(box, std::nullopt, kMostRequests));
    std::vector<ListedMessage> listed;
    for (const auto& id : held)
    {
        if (listed.size() == limit)
            break;
        DMID_TRY(auto row, view.message(box, id));
        if (row && row->position > after)
            listed.push_back({id, std::move(*row)});
    }
    return page_of(context, view, box, listed, limit);
}

Result<model::Counterparty> parties_of_message(const Context& context, const store::MailboxId& box,
                                               const Hash32& id)
{
    DMID_TRY(auto stored, context.mailbox.find(box, id));
    if (!stored || stored->forgotten)
        return fail(Errc::gateway_no_such_entry, "no message " + to_hex(id.view()));
    if (stored->entry.kind == static_cast<std::uint16_t>(Kind::arrived))
    {
        DMID_TRY(auto meta, decode_arrived(stored->entry.meta));
        return meta.from;
    }
    if (stored->entry.kind == static_cast<std::uint16_t>(Kind::outgoing) ||
        stored->entry.kind == static_cast<std::uint16_t>(Kind::unsent))
    {
        DMID_TRY(auto meta, decode_outgoing(stored->entry.meta));
        return model::Counterparty{meta.to};
    }
    return fail(Errc::gateway_no_such_entry, "that is no message");
}
} // namespace

PartyInfo describe(const InboxView& view, const store::MailboxId& box, const model::Counterparty& parties)
{
    PartyInfo info;
    if (!parties.empty())
        info.id = model::to_string(parties.front());
    info.words = sender_words(parties);
    info.kind = party_kind(parties);
    if (const auto row = view.contact(box, parties))
    {
        info.contact = row->contact() && !row->blocked();
        info.blocked = row->blocked();
    }
    return info;
}

Result<Page> inbox(const Context& context, const Served& served, bool requests_only, store::Position after,
                   std::size_t limit)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    if (requests_only)
        return requests(context, view, served.box(), after, limit);
    DMID_TRY(auto listed, view.messages(served.box(), after, limit));
    return page_of(context, view, served.box(), listed, limit);
}

Result<Page> thread(const Context& context, const Served& served, const Hash32& id, store::Position after,
                    std::size_t limit)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(auto listed, view.thread(served.box(), id, after, limit));
    if (listed.empty() && after == 0)
        return fail(Errc::gateway_no_such_entry, "no thread " + to_hex(id.view()));
    return page_of(context, view, served.box(), listed, limit);
}

Result<std::vector<ThreadInfo>> threads(const Context& context, const Served& served)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(auto all, view.threads(served.box()));
    std::vector<ThreadInfo> out;
    for (const auto& [id, last] : all)
    {
        DMID_TRY(auto row, view.message(served.box(), last));
        const auto parties = parties_of_message(context, served.box(), last);
        if (!row || !parties)
            continue;
        out.push_back({id, describe(view, served.box(), *parties), last, row->at, row->state});
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.last_at > b.last_at; });
    return out;
}

Result<MessageInfo> message(const Context& context, const Served& served, const Hash32& id)
{
    DMID_TRY(auto view, InboxView::open(context.mailbox));
    DMID_TRY(auto row, view.message(served.box(), id));
    if (!row)
        return fail(Errc::gateway_no_such_entry, "no message " + to_hex(id.view()));
    return describe_message(context, view, served.box(), id, *row);
}

Result<channel::File> file(const Context& context, const Served& served, const Hash32& message,
                           std::size_t index)
{
    DMID_TRY(const auto info, gateway::message(context, served, message));
    if (index >= info.files.size() || info.files[index].pieces.empty())
        return fail(Errc::gateway_no_such_entry, "the message has no such file");
    return open_files(context, {info.files[index]}).front();
}

Result<model::Counterparty> parties_of(const Context& context, const Served& served,
                                       const Reference& reference)
{
    if (reference.message)
        return parties_of_message(context, served.box(), *reference.message);
    if (reference.thread)
    {
        DMID_TRY(auto view, InboxView::open(context.mailbox));
        DMID_TRY(auto listed, view.thread(served.box(), *reference.thread, 0, 1));
        if (listed.empty())
            return fail(Errc::gateway_no_such_entry, "no thread " + to_hex(reference.thread->view()));
        return parties_of_message(context, served.box(), listed.front().id);
    }
    if (reference.party.starts_with("npub1"))
    {
        DMID_TRY(auto key, model::parse_npub(reference.party));
        return model::Counterparty{model::NostrKey{key}};
    }
    if (auto party = model::parse_party(reference.party))
        return model::Counterparty{std::move(*party)};
    DMID_TRY(auto identifier, model::parse_identifier(reference.party));
    // A bare number means the epoch that this mailbox has dealt with.
    model::Identity identity{identifier.network.value_or(context.resolver.network()), identifier.number, 0};
    DMID_TRY(auto pin, context.pins.find(served.box(), identity.network, identity.number));
    if (!pin)
        return fail(Errc::gateway_no_such_entry, "you have not dealt with " + identity.number.in_fours());
    identity.epoch = pin->epoch;
    return model::Counterparty{identity};
}

Result<std::optional<model::Party>> claimed_by(const Context& context, const Served& served,
                                               const Reference& reference)
{
    auto message = reference.message;
    if (!message && reference.thread)
    {
        DMID_TRY(auto view, InboxView::open(context.mailbox));
        DMID_TRY(auto listed, view.thread(served.box(), *reference.thread, 0, 1));
        if (!listed.empty())
            message = listed.front().id;
    }
    if (!message)
        return std::optional<model::Party>{};
    DMID_TRY(auto stored, context.mailbox.find(served.box(), *message));
    if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
        return std::optional<model::Party>{};
    DMID_TRY(auto meta, decode_arrived(stored->entry.meta));
    return meta.from.empty() ? std::move(meta.claimed) : std::optional<model::Party>{};
}

net::Task<Result<model::Counterparty>> find_parties(Context& context, ServedPtr served, Reference reference)
{
    auto known = parties_of(context, *served, reference);
    if (known || known.error().code != Errc::gateway_no_such_entry || reference.party.empty())
        co_return known;
    // A number that this mailbox has not dealt with: who holds it now.
    auto resolution = co_await context.resolver.resolve(std::move(reference.party));
    if (!resolution)
        co_return tl::unexpected<Error>(std::move(resolution).error());
    co_return model::Counterparty{resolution->identity};
}
} // namespace dmid::gateway
