// SPDX-License-Identifier: Apache-2.0
// Edits, deletions and reactions.
#include "channels/signal/address.hpp"
#include "channels/signal/sending.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
using channel::Amendment;
using channel::Outcome;

/// Bytes of the longest emoji (families with skin tones), with room.
constexpr std::size_t kMaxEmoji = 64;

SendMeaning not_ours(const char* words)
{
    SendMeaning out;
    out.detail = words;
    return out;
}

/// What is written with letters is no emoji: apps drop such a reaction without a word.
bool looks_like_emoji(const std::string& text)
{
    const auto is_plain = [](char c) { return c >= 'A' && c <= 'z'; };
    return text.size() <= kMaxEmoji &&
           !std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; }) &&
           std::none_of(text.begin(), text.end(), is_plain);
}
} // namespace

net::Task<SendMeaning> Sending::amend(Way way, const channel::Outgoing& message,
                                      std::vector<std::string>& ids)
{
    const bool reacts = message.amends->kind == Amendment::Kind::reacted;
    const auto bad = [&](const std::string& id)
    {
        const auto name = parse_message_name(id, way.address);
        return !name || (!reacts && !name->ours);
    };
    ids.erase(std::remove_if(ids.begin(), ids.end(), bad), ids.end());
    if (ids.empty())
        co_return not_ours("the message to change has no name of this platform");
    if (message.amends->kind == Amendment::Kind::edited)
        co_return co_await edit(way, message, ids);
    if (message.amends->kind == Amendment::Kind::taken_back)
        co_return co_await take_back(way, ids);
    co_return co_await react(way, ids.front(), message.text);
}

net::Task<SendMeaning> Sending::edit(Way way, channel::Outgoing message, std::vector<std::string>& ids)
{
    if (!message.files.empty())
        message.text += "\n\n(The files of an edit are not sent here.)";
    message.files.clear();
    const auto steps = plan(message);
    const auto there = ids;
    SendMeaning out;
    for (std::size_t at = 0; at < std::max(steps.size(), there.size()); ++at)
    {
        const bool stands = at < there.size();
        auto call = call_to(way, at < steps.size() ? "send" : "remoteDelete");
        if (at < steps.size())
            call.params["message"] = with_marks(steps, at, false);
        if (stands)
            call.params[at < steps.size() ? "editTimestamp" : "targetTimestamp"] =
                parse_message_name(there[at], way.address)->timestamp;
        out = co_await deliver(way, std::move(call));
        if (out.outcome != Outcome::accepted)
            co_return out;
        const auto name = name_of_ours(*out.timestamp);
        if (!stands)
            ids.push_back(name);
        else if (at < steps.size())
            revisions_.keep(way.address, name, there[at]);
    }
    co_return out;
}

net::Task<SendMeaning> Sending::take_back(Way way, std::vector<std::string> ids)
{
    SendMeaning out;
    for (const auto& id : ids)
    {
        auto call = call_to(way, "remoteDelete");
        call.params["targetTimestamp"] = parse_message_name(id, way.address)->timestamp;
        out = co_await deliver(way, std::move(call));
        if (out.outcome != Outcome::accepted)
            co_return out;
    }
    co_return out;
}

net::Task<SendMeaning> Sending::react(Way way, std::string id, std::string emoji)
{
    const auto name = *parse_message_name(id, way.address);
    if (!emoji.empty() && !looks_like_emoji(emoji))
    {
        auto call = call_to(way, "send");
        call.params["message"] = "Reaction: " + chat::one_line(emoji, kMaxEmoji);
        add_quote(call, way, id);
        co_return co_await deliver(way, std::move(call));
    }
    auto call = call_to(way, "sendReaction");
    // Taking one off wants an emoji as well; there is one of each person at most, whichever it is.
    call.params["emoji"] = emoji.empty() ? std::string{"👍"} : emoji;
    call.params["remove"] = emoji.empty();
    call.params["targetAuthor"] = name.ours ? account_ : way.address;
    call.params["targetTimestamp"] = name.timestamp;
    co_return co_await deliver(way, std::move(call));
}
} // namespace dmid::channels::signal
