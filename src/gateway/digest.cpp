// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/files.hpp"
#include "gateway/prepare.hpp"
#include "gateway/views.hpp"
#include "gateway/words.hpp"
#include "store/types.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// Messages that one piece of a digest covers, and how many of them it shows. Each gets an outcome, all in
/// one append.
constexpr std::size_t kMostTogether = 200;
static_assert(kMostTogether < store::kMaxEntries);
constexpr std::size_t kMostShown = 30;
/// Of each, so many bytes of its words.
constexpr std::size_t kShown = 160;

/// Whether it is still for this digest: not decided otherwise, and, where this way comes second, not there.
bool waits(const MessageRow& row, const LegPlan& plan)
{
    if (row.state == State::accepted || row.state == State::delivered)
        return plan.after == 0;
    return row.state == State::queued || row.state == State::failed;
}

std::string one_line(std::string text)
{
    for (auto& c : text)
        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
    return text;
}

/// Two lines: who and how it was proven, and how the message begins.
Result<std::string> entry_of(const store::Stored& stored)
{
    DMID_TRY(const auto envelope, model::decode_envelope(stored.entry.body));
    DMID_TRY(const auto arrived, decode_arrived(stored.entry.meta));
    auto who = sender_words(envelope.from, arrived.claimed);
    if (const auto proofs = proof_words(envelope.classes); !proofs.empty())
        who += " (" + proofs.front() + ")";
    const auto text = one_line(model::joined_text(envelope));
    auto begin = shortened(text, kShown);
    if (begin.size() < text.size())
        begin += "…";
    if (const auto files = attachments_of(envelope).size(); files > 0)
        begin += " [" + std::to_string(files) + (files == 1 ? " file]" : " files]");
    return who + "\n  " + begin;
}

/// The same at every attempt, and another for what follows.
Hash32 piece_id(const Hash32& digest, const Hash32& first)
{
    auto bytes = to_bytes(as_bytes("dmid/digest-piece"));
    dmid::append(bytes, digest.view());
    dmid::append(bytes, first.view());
    return crypto::sha256(bytes);
}

std::string count_words(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

std::string last_words(std::size_t count)
{
    const auto rest = count > kMostShown ? "\n\nAnd " + std::to_string(count - kMostShown) + " more." : "";
    return rest + "\n\nTo read and answer them: dmid inbox.";
}
} // namespace

Hash32 digest_id(const store::MailboxId& box, const std::string& label, UnixTime slot)
{
    auto bytes = to_bytes(as_bytes("dmid/digest"));
    dmid::append(bytes, box.view());
    dmid::append(bytes, label_key(label).view());
    for (unsigned shift = 0; shift < 64; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(slot) >> shift));
    return crypto::sha256(bytes);
}

Prepared prepare_digest(const Context& context, const store::WorkItem& item, const LegMeta& meta)
{
    const auto& box = item.ref.mailbox;
    const auto view = InboxView::open(context.mailbox);
    if (!view)
        return try_later(view.error());
    auto waiting = view->digest(box, meta.plan.label, meta.slot, kMostTogether + 1);
    if (!waiting)
        return try_later(waiting.error());
    const bool more = waiting->size() > kMostTogether;
    waiting->resize(std::min(waiting->size(), kMostTogether));
    const auto way = find_way(context, item, meta);
    if (!way)
    {
        auto none = way.error();
        none.together = *std::move(waiting);
        none.more = more;
        return none;
    }
    if (auto kept = kept_back(context, *way->served, meta.plan))
        return *std::move(kept);
    Prepared out;
    out.more = more;
    std::string text;
    std::size_t count = 0;
    for (const auto& id : *waiting)
    {
        const auto row = view->message(box, id);
        const auto stored = context.mailbox.find(box, id);
        if (!row || !stored)
            return try_later(row ? stored.error() : row.error());
        if (!*row || !*stored || (*stored)->forgotten || !waits(**row, meta.plan))
        {
            out.apart.push_back(id);
            continue;
        }
        out.together.push_back(id);
        if (++count > kMostShown)
            continue;
        const auto words = entry_of(**stored);
        text += "\n\n" + std::to_string(count) + ". " +
                (words ? *words : std::string{"a message that does not read back"});
    }
    if (count == 0)
    {
        out.superseded = true;
        return out;
    }
    out.ready = true;
    out.channel = way->channel->first;
    out.leg = leg_of(context, item, way->binding.address);
    out.leg.id = piece_id(item.entry.id, out.together.front());
    out.message.number = way->served->identity.number.in_fours();
    out.message.sender = "dmid";
    out.message.subject = "Digest: " + count_words(count) + " for " + out.message.number;
    out.message.notice = meta.plan.notice;
    out.message.text = count_words(count) + " for " + out.message.number + ":" + text;
    out.message.text += last_words(count);
    out.message.sent_at = context.clock.now();
    out.message.made_by_node = true;
    out.message.passed = {mark_of(context, box)};
    return out;
}
} // namespace dmid::gateway
