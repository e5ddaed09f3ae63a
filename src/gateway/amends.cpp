// SPDX-License-Identifier: Apache-2.0
#include "gateway/amends.hpp"

#include "gateway/known_as.hpp"
#include "gateway/words.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// Of the earlier message, as much as tells which one is meant (bytes).
constexpr std::size_t kQuoted = 60;

/// The message that the sender's own id, or the id of a rumor of ours, means.
Result<std::optional<Hash32>> find_meant(const Context& context, const Arrival& arrival,
                                         const std::string& native)
{
    const auto& letter = *arrival.in.letter;
    const model::Party* party = letter.claimed ? &*letter.claimed : nullptr;
    if (!letter.from.empty())
        party = &letter.from.front();
    const auto* account = party == nullptr ? nullptr : std::get_if<model::PlatformAccount>(party);
    if (account == nullptr)
        return std::optional<Hash32>{};
    DMID_TRY(const auto known, find_known(context, account->platform, account->id, native));
    if (!known || known->served != arrival.to)
        return std::optional<Hash32>{};
    return std::optional{known->message};
}

Result<std::optional<Amends>> checked(const Context& context, const Arrival& arrival, Amends amends)
{
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto row, view.message(arrival.to->box(), amends.message));
    if (!row || row->state == State::dropped)
        return std::optional<Amends>{};
    if (amends.kind != Amends::Kind::reacted && !row->incoming)
        return std::optional<Amends>{};
    return std::optional{amends};
}

Result<std::vector<std::string>> native_name(const Context& context, const store::MailboxId& box,
                                             const Hash32& message)
{
    std::vector<std::string> out;
    DMID_TRY(const auto stored, context.mailbox.find(box, message));
    if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::arrived))
        return out;
    DMID_TRY(const auto envelope, model::decode_envelope(stored->entry.body));
    if (!envelope.native_id.empty())
        out.push_back(envelope.native_id);
    return out;
}

bool carries_it(const channel::Traits& traits, Amends::Kind kind)
{
    switch (kind)
    {
    case Amends::Kind::edited:
        return traits.edits;
    case Amends::Kind::taken_back:
        return traits.deletions;
    case Amends::Kind::reacted:
        return traits.reactions;
    }
    return false;
}

channel::Amendment::Kind for_channel(Amends::Kind kind)
{
    switch (kind)
    {
    case Amends::Kind::taken_back:
        return channel::Amendment::Kind::taken_back;
    case Amends::Kind::reacted:
        return channel::Amendment::Kind::reacted;
    case Amends::Kind::edited:
        break;
    }
    return channel::Amendment::Kind::edited;
}

std::string quoted(const std::string& earlier)
{
    auto line = earlier.substr(0, earlier.find('\n'));
    const auto shown = shortened(line, kQuoted);
    return "\u201c" + shown + (shown.size() < earlier.size() ? "\u2026" : "") + "\u201d";
}
} // namespace

Result<std::optional<Amends>> amends_of(const Context& context, const Arrival& arrival)
{
    if (arrival.in.letter)
    {
        const auto& letter = *arrival.in.letter;
        const bool reacts = !letter.reacts_to.empty();
        if (!reacts && letter.edits.empty())
            return std::optional<Amends>{};
        DMID_TRY(const auto meant, find_meant(context, arrival, reacts ? letter.reacts_to : letter.edits));
        if (!meant)
            return std::optional<Amends>{};
        const bool empty = letter.text.empty() && letter.files.empty();
        const auto kind = reacts  ? Amends::Kind::reacted
                          : empty ? Amends::Kind::taken_back
                                  : Amends::Kind::edited;
        return checked(context, arrival, {kind, *meant});
    }
    // A message of ours has the id of its rumor.
    if (arrival.envelope.reacts_to)
        return checked(context, arrival, {Amends::Kind::reacted, *arrival.envelope.reacts_to});
    return std::optional<Amends>{};
}

Result<std::vector<std::string>> names_at(const Context& context, const store::MailboxId& box,
                                          const Hash32& message, std::string_view channel,
                                          std::string_view label)
{
    std::vector<std::string> out;
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto row, view.message(box, message));
    if (!row)
        return out;
    if (row->incoming && label.empty())
        return native_name(context, box, message);
    for (const auto& id : row->outcomes)
    {
        DMID_TRY(const auto stored, context.mailbox.find(box, id));
        if (!stored || stored->forgotten || stored->entry.kind != static_cast<std::uint16_t>(Kind::outcome))
            continue;
        DMID_TRY(auto outcome, decode_outcome(stored->entry.meta));
        if (outcome.channel == channel && outcome.label == label && !outcome.known_as.empty())
            out = std::move(outcome.known_as);
    }
    return out;
}

void put_amendment(const Context& context, const store::MailboxId& box, const Amends& amends,
                   const channel::Traits& traits, std::vector<std::string> ids, channel::Outgoing& out)
{
    if (carries_it(traits, amends.kind) && !ids.empty())
    {
        out.amends = channel::Amendment{for_channel(amends.kind), std::move(ids)};
        return;
    }
    const auto earlier = text_of(context, box, amends.message);
    out.text = amended_words(amends.kind, earlier.value_or(std::string{}), out.text);
}

Result<std::string> text_of(const Context& context, const store::MailboxId& box, const Hash32& message)
{
    DMID_TRY(const auto stored, context.mailbox.find(box, message));
    if (!stored || stored->forgotten)
        return std::string{};
    if (stored->entry.kind == static_cast<std::uint16_t>(Kind::arrived))
    {
        DMID_TRY(const auto envelope, model::decode_envelope(stored->entry.body));
        return model::joined_text(envelope);
    }
    DMID_TRY(const auto letter, decode_letter(stored->entry.body));
    return letter.text;
}

std::string amended_words(Amends::Kind kind, const std::string& earlier, const std::string& text)
{
    switch (kind)
    {
    case Amends::Kind::edited:
        return "[changed " + quoted(earlier) + " to:]\n" + text;
    case Amends::Kind::taken_back:
        return "[took back " + quoted(earlier) + "]";
    case Amends::Kind::reacted:
        break;
    }
    return text.empty() ? "[took the reaction to " + quoted(earlier) + " off]"
                        : text + " [to " + quoted(earlier) + "]";
}
} // namespace dmid::gateway
