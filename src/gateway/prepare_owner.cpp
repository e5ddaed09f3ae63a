// SPDX-License-Identifier: Apache-2.0
#include "gateway/amends.hpp"
#include "gateway/answer_code.hpp"
#include "gateway/files.hpp"
#include "gateway/links.hpp"
#include "gateway/prepare.hpp"
#include "gateway/tokens.hpp"
#include "gateway/views.hpp"
#include "gateway/words.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
/// Messages of the thread that are named to the channel for threading, and among how many they are looked
/// for: the owner's own stand between them.
constexpr std::size_t kEarlier = 8;
constexpr std::size_t kEarlierAmong = 32;

/// The text, and below it what did not come with it.
std::string text_for(const std::string& text, const Arrived& meta, const std::string& files_apart)
{
    auto out = text;
    if (!meta.lost.empty())
        out += "\n\n[" + meta.lost + "]";
    if (!files_apart.empty())
        out += "\n\n" + files_apart;
    return out;
}

std::vector<Hash32> earlier_legs(const InboxView& view, const store::MailboxId& box, const MessageRow& row,
                                 const std::string& label)
{
    std::vector<Hash32> out;
    const auto messages = view.incoming_before(box, row.thread, row.position, kEarlier, kEarlierAmong);
    if (!messages)
        return out;
    for (const auto& [id, other] : *messages)
        out.push_back(model::leg_id(id, label, 0));
    std::reverse(out.begin(), out.end());
    return out;
}

Prepared no_more_needed()
{
    Prepared out;
    out.superseded = true;
    return out;
}

/// What is said of files that do not come with the message: links where the node gives them.
Result<std::string> apart(const Context& context, const store::WorkItem& item, const LegMeta& meta,
                          const std::vector<model::Attachment>& files, std::size_t room)
{
    // A notice says that a message waits, and nothing of what.
    if (meta.plan.notice || !links_to(context, files))
        return "[with files, which `dmid thread` shows:\n" + files_in_words(files) + "]";
    DMID_TRY(auto links, keep_links(context, item.ref.mailbox, meta.message, item.entry.id, files, room));
    return std::move(links.words);
}

/// What the owner reads: who wrote, how that was proven, and the words.
Result<> tell(const Context& context, const store::WorkItem& item, const LegMeta& meta,
              const channel::Channel& channel, const model::Envelope& envelope, const Arrived& arrived,
              channel::Outgoing& out)
{
    const auto files = attachments_of(envelope);
    const bool take = carries(channel, files);
    out.sender = sender_words(envelope.from, arrived.claimed);
    out.proofs = proof_words(envelope.classes);
    out.proofs.insert(out.proofs.end(), arrived.marks.begin(), arrived.marks.end());
    out.encryption = encryption_words(envelope.shape, channel.traits().ends_encryption, channel.name());
    out.subject = envelope.subject;
    out.sent_at = envelope.sent_at;
    out.text = text_for(model::joined_text(envelope), arrived, {});
    if (take)
    {
        out.files = open_files(context, files);
        return {};
    }
    DMID_TRY(const auto words, apart(context, item, meta, files, room_beside(out.text, channel)));
    out.text = text_for(model::joined_text(envelope), arrived, words);
    return {};
}

} // namespace

tl::expected<Way, Prepared> find_way(const Context& context, const store::WorkItem& item, const LegMeta& meta)
{
    const auto served = served_by_box(context, item.ref.mailbox);
    if (!served)
        return tl::unexpected(
            refused(Errc::gateway_not_served, "this node does not serve the number any more"));
    auto binding = context.bindings.find(item.ref.mailbox, meta.plan.label);
    if (!binding)
        return tl::unexpected(try_later(binding.error()));
    if (!*binding || (*binding)->state != BindingState::bound)
        return tl::unexpected(refused(Errc::policy_unknown_label, meta.plan.label + " is not bound"));
    const auto channel = context.channels.find((*binding)->channel);
    if (channel == context.channels.end())
        return tl::unexpected(
            refused(Errc::channel_unknown, "this node has no channel " + (*binding)->channel));
    return Way{served, **std::move(binding), channel};
}

Prepared prepare_for_owner(const Context& context, const store::WorkItem& item, const LegMeta& meta)
{
    const auto& box = item.ref.mailbox;
    const auto way = find_way(context, item, meta);
    if (!way)
        return way.error();
    const auto& [served, binding, channel] = *way;
    const auto stored = context.mailbox.find(box, meta.message);
    if (!stored)
        return try_later(stored.error());
    const auto view = InboxView::open(context.mailbox);
    if (!view)
        return try_later(view.error());
    const auto row = view->message(box, meta.message);
    if (!row)
        return try_later(row.error());
    if (!*stored || (*stored)->forgotten || !*row)
        return refused(Errc::gateway_no_such_entry, "the message is gone");
    if (meta.plan.after > 0 && ((*row)->state == State::accepted || (*row)->state == State::delivered))
        return no_more_needed();
    if (auto kept = kept_back(context, *served, meta.plan))
        return *std::move(kept);
    const auto envelope = model::decode_envelope((*stored)->entry.body);
    if (!envelope)
        return refused(envelope.error().code, "the message does not read back");
    const auto arrived = decode_arrived((*stored)->entry.meta);
    if (!arrived)
        return refused(arrived.error().code, "the message does not read back");
    Prepared out;
    out.ready = true;
    out.channel = channel->first;
    out.leg = leg_of(context, item, binding.address);
    out.message.number = served->identity.number.in_fours();
    out.message.reply_token = reply_token(context, box, (*row)->thread);
    out.message.earlier = earlier_legs(*view, box, **row, meta.plan.label);
    out.message.notice = meta.plan.notice;
    out.message.passed = arrived->passed;
    out.message.passed.push_back(mark_of(context, box));
    const auto traits = channel->second->traits();
    if (traits.inbound && !traits.proves_sender)
        out.message.answer_code = answer_code(context, box, item.entry.id);
    if (const auto told = tell(context, item, meta, *channel->second, *envelope, *arrived, out.message);
        !told)
        return try_later(told.error());
    if (!arrived->amends)
        return out;
    auto ids = names_at(context, box, arrived->amends->message, channel->first, meta.plan.label);
    if (!ids)
        return try_later(ids.error());
    put_amendment(context, box, *arrived->amends, traits, std::move(*ids), out.message);
    return out;
}
} // namespace dmid::gateway
