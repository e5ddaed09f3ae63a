// SPDX-License-Identifier: Apache-2.0
#include "gateway/amends.hpp"
#include "gateway/grant.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "keys/random.hpp"
#include "seal/dmid_tag.hpp"
#include "seal/nip59.hpp"

namespace dmid::gateway
{
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

/// NIP-17 knows reactions, as kind 7, to messages that the reader knows by an id. Edits it does not know.
bool is_reaction(const Draft& draft)
{
    return draft.amends && draft.amends->kind == Amends::Kind::reacted && draft.answers &&
           !draft.text.empty();
}

/// What the sealed path carries of an amendment is a text that says it.
Result<std::string> sealed_text(const Context& context, const store::MailboxId& box, const Draft& draft)
{
    if (!draft.amends || is_reaction(draft))
        return draft.text;
    DMID_TRY(const auto earlier, text_of(context, box, draft.amends->message));
    return amended_words(draft.amends->kind, earlier, draft.text);
}

Result<seal::Rumor> make_rumor(Context& context, const Served& served, const model::Party& to,
                               const XOnlyKey& key, const Draft& draft, UnixTime& now)
{
    if (served.keys.empty())
        return fail(Errc::key_not_found, "the node holds no inbox key of this number");
    DMID_TRY(auto text, sealed_text(context, served.box(), draft));
    seal::EventBody body = seal::make_text(served.keys.front().key, key, now, std::move(text), draft.answers);
    if (is_reaction(draft))
        body.kind = seal::kKindReaction;
    if (!draft.subject.empty())
        body.tags.push_back({"subject", draft.subject});
    body.tags.push_back(seal::dmid_tag(served.identity));
    if (draft.ext)
        body.tags.push_back(seal::tail_tag(*draft.ext));
    if (std::holds_alternative<model::Identity>(to) && draft.receipt.empty() && draft.grant)
    {
        DMID_TRY(auto ticket, issue_ticket(context, served, to));
        body.tags.push_back({std::string{kGrantTag}, to_base64url(ticket.view())});
    }
    if (draft.control)
        body.tags.push_back(
            {std::string{kControlTag}, std::string{draft.receipt.empty() ? kGrantNotice : kReceiptNotice}});
    if (!draft.receipt.empty())
        body.tags.push_back({std::string{kReceiptTag}, draft.receipt});
    return unused_rumor(context, served.box(), std::move(body), now);
}

/// Seals carry no files: links to them are added to its text.
Result<PlannedLinks> links_in(const Context& context, const store::MailboxId& box, Draft& draft)
{
    if (draft.files.empty())
        return PlannedLinks{};
    if (!links_to(context, draft.files))
        return fail(Errc::internal_unsupported,
                    "files go to numbers as links, which this node gives none of");
    const auto room = kMaxLetter - draft.text.size();
    auto links = plan_links(context, box, std::nullopt, draft.files, room);
    if (links.tokens.size() < draft.files.size())
        return fail(Errc::message_too_large, "with the links to its files it is too long");
    draft.text += (draft.text.empty() ? "" : "\n\n") + links.words;
    return links;
}
} // namespace

Result<store::Append> write_letter(Context& context, const Served& served, const model::Party& to,
                                   const XOnlyKey& key, Draft draft)
{
    if (!is_utf8(draft.text) || draft.text.find('\0') != std::string::npos)
        return fail(Errc::codec_utf8);
    if (draft.text.size() > kMaxLetter)
        return fail(Errc::message_too_large,
                    "a message has at most " + std::to_string(kMaxLetter) + " bytes");
    auto now = context.clock.now();
    const bool clear = Addressee{to}.in_the_clear();
    if (draft.amends && draft.amends->kind == Amends::Kind::taken_back)
    {
        DMID_TRY(end_links(context, served.box(), draft.amends->message));
    }
    Letter letter;
    letter.files = draft.files;
    PlannedLinks links;
    store::Entry entry;
    if (clear)
    {
        // Each is a message of its own, however often the same words are said.
        entry.id = keys::random_fixed<Hash32>();
        letter.answers = std::move(draft.native_ids);
    }
    else
    {
        auto sealed = draft;
        DMID_TRY(links, links_in(context, served.box(), sealed));
        DMID_TRY(const auto rumor, make_rumor(context, served, to, key, sealed, now));
        entry.id = rumor.id;
        letter.rumor = seal::to_json(rumor);
    }
    letter.text = std::move(draft.text);
    letter.subject = std::move(draft.subject);

    Outgoing meta;
    meta.to = to;
    meta.thread = draft.thread.value_or(model::thread_id(served.identity, std::nullopt, {to}));
    meta.sent_at = now;
    meta.control = draft.control;
    meta.known_as = draft.known_as;
    meta.said_on = draft.said_on;
    meta.amends = draft.amends;
    entry.kind = static_cast<std::uint16_t>(Kind::outgoing);
    entry.thread = meta.thread;
    entry.meta = encode(meta);
    entry.body = encode(letter);
    entry.time = context.clock.now_ms();
    entry.work_due = entry.time;

    store::Append what;
    what.mailbox = served.box();
    what.cells = new_links(links, entry.id);
    what.entries.push_back(std::move(entry));
    if (!draft.control)
        what.entries.push_back(consent_entry(served, {to}, Consent::answered, now));
    return what;
}
} // namespace dmid::gateway
