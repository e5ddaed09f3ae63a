// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_update.hpp"

#include "channels/telegram/address.hpp"
#include "channels/telegram/api_message.hpp"
#include "chat/words.hpp"

#include <limits>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
using channel::ChatLine;
using codec::JsonItem;

constexpr std::int64_t kMaxMessageId = std::numeric_limits<std::int32_t>::max();

Result<std::string> id_in(const JsonItem& item, std::string_view key)
{
    DMID_TRY(const auto member, item.field(key));
    DMID_TRY(const auto id, member.integer(1, kMaxMessageId));
    return std::to_string(id);
}

/// Who says it, in a conversation of two: there the chat's id is the user's. Anything else is an error.
Result<ChatLine> line_from(const JsonItem& item, std::string_view who)
{
    DMID_TRY(const auto chat, item.field("chat"));
    DMID_TRY(const auto type, chat.field("type"));
    DMID_TRY(const auto kind, type.text());
    DMID_TRY(const auto chat_id, chat.field("id"));
    DMID_TRY(const auto chat_number, chat_id.integer(1, kMaxUserId));
    DMID_TRY(const auto from, item.field(who));
    DMID_TRY(const auto id, from.field("id"));
    DMID_TRY(const auto number, id.integer(1, kMaxUserId));
    if (kind != "private" || number != chat_number)
        return item.refuse(Errc::codec_range, "no conversation of two");
    ChatLine line;
    line.channel = "telegram";
    line.account = std::to_string(number);
    line.source = "telegram:" + line.account;
    if (const auto name = from.optional("first_name"))
        line.called = chat::one_line(name->text().value_or(""), 128);
    if (const auto bot = from.optional("is_bot"))
        line.automatic = bot->boolean().value_or(false);
    DMID_TRY(const auto date, item.field("date"));
    DMID_TRY(line.sent_at, date.integer(0));
    return line;
}

/// `/start` is the button under an empty conversation; a deep link's payload follows it.
std::string without_start(const std::string& text)
{
    constexpr std::string_view kStart = "/start";
    if (text == kStart)
        return {};
    if (!text.starts_with(std::string{kStart} + ' '))
        return text;
    const auto payload = text.find_first_not_of(' ', kStart.size());
    return payload == std::string::npos ? std::string{} : text.substr(payload);
}

Result<std::optional<ChatLine>> read_message(const JsonItem& item, bool edited, Update& update)
{
    DMID_TRY(auto line, line_from(item, "from"));
    DMID_TRY(line.native_id, id_in(item, "message_id"));
    DMID_TRY(auto content, content_of(item));
    if (!content)
        return std::optional<ChatLine>{};
    line.text = edited ? content->text : without_start(content->text);
    line.lost = std::move(content->lost);
    update.files = std::move(content->files);
    if (const auto answered = item.optional("reply_to_message"))
        line.answers = id_in(*answered, "message_id").value_or("");
    if (edited)
    {
        // A live location is edited all the time, by itself.
        if (item.optional("location"))
            return std::optional<ChatLine>{};
        line.kind = ChatLine::Kind::edited;
        line.of = std::exchange(line.native_id, "");
        if (const auto date = item.optional("edit_date"))
            line.sent_at = date->integer(0).value_or(line.sent_at);
    }
    return std::optional{std::move(line)};
}

Result<std::optional<ChatLine>> read_reaction(const JsonItem& item)
{
    DMID_TRY(auto line, line_from(item, "user"));
    line.kind = ChatLine::Kind::reacted;
    DMID_TRY(line.of, id_in(item, "message_id"));
    DMID_TRY(const auto reactions, item.field("new_reaction"));
    DMID_TRY(const auto list, reactions.array(100));
    for (const auto& reaction : list)
    {
        const auto emoji = reaction.optional("emoji");
        if (emoji && line.text.empty())
            line.text = chat::one_line(emoji->text().value_or(""), 64);
    }
    if (line.text.empty() && !list.empty())
    {
        line.text = "⭐";
        line.lost = "the picture of the reaction, which is Telegram's own";
    }
    return std::optional{std::move(line)};
}

Result<std::optional<ChatLine>> read_line(const JsonItem& item, Update& update)
{
    if (const auto message = item.optional("message"))
        return read_message(*message, false, update);
    if (const auto message = item.optional("edited_message"))
        return read_message(*message, true, update);
    if (const auto reaction = item.optional("message_reaction"))
        return read_reaction(*reaction);
    return std::optional<ChatLine>{};
}
} // namespace

Result<Update> parse_update(const JsonItem& item)
{
    Update out;
    DMID_TRY(const auto id, item.field("update_id"));
    DMID_TRY(out.id, id.integer(0, std::numeric_limits<std::int64_t>::max() - 1));
    auto line = read_line(item, out);
    if (line)
        out.line = std::move(*line);
    if (!out.line)
        out.files.clear();
    else if (out.line->native_id.empty())
        // Edits and reactions have no id of their own; that of the update is the same whenever it comes
        // again.
        out.line->native_id = "u" + std::to_string(out.id);
    return out;
}

Result<std::vector<Update>> parse_updates(const boost::json::value& result)
{
    DMID_TRY(const auto list, (JsonItem{result, "result"}.array(100)));
    std::vector<Update> out;
    for (const auto& item : list)
    {
        DMID_TRY(auto update, parse_update(item));
        out.push_back(std::move(update));
    }
    return out;
}
} // namespace dmid::channels::telegram
