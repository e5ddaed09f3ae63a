// SPDX-License-Identifier: Apache-2.0
// Edits, deletions and reactions.
#include "channels/telegram/address.hpp"
#include "channels/telegram/sending.hpp"
#include "chat/text_split.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
using channel::Amendment;
using channel::Outcome;

/// Bytes of the longest emoji (families with skin tones), with room.
constexpr std::size_t kMaxEmoji = 64;
constexpr auto kGone = "This message was taken back.";

Delivered as_done(Delivered delivered)
{
    delivered.outcome = Outcome::accepted;
    return delivered;
}

bool answered(const Delivered& delivered, bool (*says)(const ApiAnswer&))
{
    return !delivered.ok() && delivered.answer && says(*delivered.answer);
}

bool is_refusal_of_this(const Delivered& delivered)
{
    return delivered.outcome == Outcome::refused && delivered.answer &&
           !says_chat_is_closed(*delivered.answer);
}
} // namespace

net::Task<Delivered> Sending::amend(Way way, const channel::Outgoing& message, std::vector<std::string>& ids)
{
    const auto bad = [](const std::string& id) { return !parse_message_id(id); };
    ids.erase(std::remove_if(ids.begin(), ids.end(), bad), ids.end());
    Delivered none;
    none.outcome = Outcome::refused;
    none.code = Errc::channel_refused;
    none.detail = "the message to change has no id of this platform";
    if (ids.empty())
        co_return none;
    const auto kind = message.amends->kind;
    if (kind == Amendment::Kind::edited)
        co_return co_await edit(way, message, ids);
    if (kind == Amendment::Kind::taken_back)
        co_return co_await take_back(way, ids);
    if (message.text.size() <= kMaxEmoji)
        co_return co_await react(way, *parse_message_id(ids.front()), message.text);
    none.detail = "a reaction is one emoji";
    co_return none;
}

net::Task<Delivered> Sending::edit_one(Way way, std::int64_t id, std::string text)
{
    auto call = edit_text(way.chat, id, text);
    auto out = co_await deliver(way, std::move(call));
    if (answered(out, says_no_text) && chat::utf16_units(text) <= kMaxCaption)
    {
        auto caption = edit_caption(way.chat, id, text);
        out = co_await deliver(way, std::move(caption));
    }
    co_return answered(out, says_not_modified) ? as_done(std::move(out)) : std::move(out);
}

/// A part too many: only a text is dropped, a file stays. What can be edited is a text.
net::Task<Delivered> Sending::drop_surplus(Way way, std::int64_t id)
{
    auto probe = edit_text(way.chat, id, "·");
    auto out = co_await deliver(way, std::move(probe));
    if (answered(out, says_no_text))
        co_return as_done(std::move(out));
    if (!out.ok() && !answered(out, says_not_modified))
        co_return out;
    auto call = delete_message(way.chat, id);
    out = co_await deliver(way, std::move(call));
    // What is too old to go is a dot now.
    co_return is_refusal_of_this(out) ? as_done(std::move(out)) : std::move(out);
}

net::Task<Delivered> Sending::edit(Way way, channel::Outgoing message, std::vector<std::string>& ids)
{
    if (!message.files.empty())
        message.text += "\n\n(The files of an edit are not sent here.)";
    message.files.clear();
    const auto steps = plan(message);
    const auto there = ids;
    Delivered out;
    for (std::size_t at = 0; at < std::max(steps.size(), there.size()); ++at)
    {
        if (at >= steps.size())
            out = co_await drop_surplus(way, *parse_message_id(there[at]));
        else if (at < there.size())
            out = co_await edit_one(way, *parse_message_id(there[at]), with_marks(steps, at, false));
        // A file's caption is too short for it, or there are more parts than before: a message of its own.
        if (at < steps.size() && (at >= there.size() || answered(out, says_no_text)))
        {
            auto call = send_message(way.chat, with_marks(steps, at, false), parse_message_id(there.front()));
            out = co_await deliver(way, std::move(call));
            auto id = out.ok() ? sent_message_id(*out.answer) : std::nullopt;
            if (id)
                ids.push_back(std::move(*id));
        }
        if (!out.ok())
            co_return out;
    }
    co_return out;
}

net::Task<Delivered> Sending::take_back(Way way, std::vector<std::string> ids)
{
    Delivered out;
    for (const auto& id : ids)
    {
        auto call = delete_message(way.chat, *parse_message_id(id));
        out = co_await deliver(way, std::move(call));
        if (answered(out, says_already_gone))
            out = as_done(std::move(out));
        // After 48 hours a bot cannot delete, but it can still unsay.
        if (answered(out, says_cannot_delete))
            out = co_await edit_one(way, *parse_message_id(id), kGone);
        if (!out.ok())
            co_return out;
    }
    co_return out;
}

net::Task<Delivered> Sending::react(Way way, std::int64_t id, std::string emoji)
{
    const bool known = emoji.empty() || is_reaction(emoji);
    Delivered out;
    if (known)
    {
        auto call = set_reaction(way.chat, id, emoji);
        out = co_await deliver(way, std::move(call));
        if (emoji.empty() || !is_refusal_of_this(out))
            co_return out;
    }
    // Bots may only use some emoji: the others are said.
    auto call = send_message(way.chat, "Reaction: " + chat::one_line(emoji, kMaxEmoji), id);
    co_return co_await deliver(way, std::move(call));
}
} // namespace dmid::channels::telegram
