// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/hook.hpp"

#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/hook_message.hpp"
#include "chat/words.hpp"
#include "codec/json.hpp"

#include <charconv>
#include <map>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
using channel::ChatLine;
using codec::JsonItem;

/// Meta batches at most 1000 updates.
constexpr std::size_t kMostUpdates = 2000;

std::string text_in(const JsonItem& item, std::string_view key, std::size_t max = 512)
{
    const auto member = item.optional(key);
    return member ? member->text(max).value_or("") : std::string{};
}

std::string id_in(const JsonItem& item, std::string_view key)
{
    auto id = text_in(item, key);
    return is_meta_id(id) ? id : std::string{};
}

std::string account_in(const JsonItem& item, std::string_view key)
{
    return account_of(text_in(item, key)).value_or("");
}

std::vector<JsonItem> list_in(const JsonItem& item, std::string_view key)
{
    const auto member = item.optional(key);
    auto list = member ? member->array(kMostUpdates) : fail(Errc::codec_missing_key);
    return list ? *std::move(list) : std::vector<JsonItem>{};
}

/// Seconds since 1970, as text.
UnixTime time_in(const JsonItem& item)
{
    const auto text = text_in(item, "timestamp", 20);
    UnixTime out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size() && out >= 0 ? out : 0;
}

struct Contact
{
    std::string called;
    std::string key_hash;
};

/// The contacts of a value by each of their names.
std::map<std::string, Contact> contacts_in(const JsonItem& value)
{
    std::map<std::string, Contact> out;
    for (const auto& item : list_in(value, "contacts"))
    {
        Contact contact;
        if (const auto profile = item.optional("profile"))
            contact.called = chat::one_line(text_in(*profile, "name", 1024), 128);
        if (auto hash = text_in(item, "identity_key_hash", 128); is_meta_id(hash))
            contact.key_hash = std::move(hash);
        for (const auto* key : {"wa_id", "user_id"})
            if (const auto account = account_in(item, key); !account.empty())
                out[account] = contact;
    }
    return out;
}

/// The members of a message that name its writer.
Writer writer_of(const JsonItem& item)
{
    Writer out;
    out.account = account_in(item, "from");
    out.scoped = account_in(item, "from_user_id");
    if (is_phone(out.scoped))
        out.scoped.clear();
    if (out.account.empty())
        out.account = out.scoped;
    else if (!is_phone(out.account))
        out.scoped = out.account;
    return out;
}

std::optional<Event> moved_of(const JsonItem& item, const JsonItem& system)
{
    const auto writer = writer_of(item);
    const auto kind = text_in(system, "type", 64);
    Moved out;
    out.id = id_in(item, "id");
    // Older versions of the API say `customer_changed_number`.
    if (kind == "user_changed_number" || kind == "customer_changed_number")
    {
        out.account = is_phone(writer.account) ? writer.account : std::string{};
        out.what = "its owner moved to another telephone number";
    }
    else if (kind == "user_changed_user_id")
    {
        out.account = writer.scoped;
        out.what = "WhatsApp gave its owner another id";
    }
    if (out.account.empty() || out.id.empty())
        return std::nullopt;
    return Event{std::move(out)};
}

/// Sets what kind of line it is; false where the message changes nothing that anybody could see.
bool read_kind(const JsonItem& item, const std::string& type, Message& message)
{
    auto& line = message.line;
    line.native_id = message.id;
    const auto content = item.optional(type);
    if (type == "reaction" && content)
    {
        line.kind = ChatLine::Kind::reacted;
        line.of = id_in(*content, "message_id");
        line.text = chat::one_line(text_in(*content, "emoji", 128), 64);
        return !line.of.empty();
    }
    if (type == "revoke" && content)
    {
        line.kind = ChatLine::Kind::taken_back;
        line.of = id_in(*content, "original_message_id");
        return !line.of.empty();
    }
    if (type == "edit" && content)
    {
        line.kind = ChatLine::Kind::edited;
        line.of = id_in(*content, "original_message_id");
        const auto now = content->optional("message");
        if (line.of.empty() || !now)
            return false;
        auto said = content_of(*now);
        line.text = std::move(said.text);
        line.lost = std::move(said.lost);
        message.files = std::move(said.files);
        return true;
    }
    auto said = content_of(item);
    line.text = std::move(said.text);
    line.lost = std::move(said.lost);
    message.files = std::move(said.files);
    if (const auto context = item.optional("context"))
        line.answers = id_in(*context, "id");
    message.opens_window = true;
    return true;
}

std::optional<Event> message_of(const JsonItem& item, const std::map<std::string, Contact>& contacts)
{
    const auto type = text_in(item, "type", 64);
    if (const auto system = item.optional("system"); system && type == "system")
        return moved_of(item, *system);
    // Nobody said anything: a chat was opened, or it is of a group.
    if (type == "system" || type == "request_welcome" || item.optional("group_id"))
        return std::nullopt;
    Message out;
    out.id = id_in(item, "id");
    out.writer = writer_of(item);
    if (out.id.empty() || out.writer.account.empty())
        return std::nullopt;
    out.line.channel = "whatsapp";
    out.line.sent_at = time_in(item);
    auto contact = contacts.find(out.writer.account);
    if (contact == contacts.end())
        contact = contacts.find(out.writer.scoped);
    if (contact != contacts.end())
    {
        out.line.called = contact->second.called;
        out.writer.key_hash = contact->second.key_hash;
    }
    if (!read_kind(item, type, out))
        return std::nullopt;
    return Event{std::move(out)};
}

std::optional<Event> status_of(const JsonItem& item)
{
    Status out;
    out.id = id_in(item, "id");
    out.recipient = account_in(item, "recipient_id");
    if (out.recipient.empty())
        out.recipient = account_in(item, "recipient_user_id");
    const auto token = text_in(item, "biz_opaque_callback_data", 512);
    if (is_meta_id(token))
        out.token = token;
    const auto word = text_in(item, "status", 32);
    const bool known =
        word == "sent" || word == "delivered" || word == "read" || word == "played" || word == "failed";
    if (!known || out.id.empty() || text_in(item, "recipient_type", 32) == "group")
        return std::nullopt;
    out.fate = word == "delivered" ? Status::Fate::delivered
               : word == "failed"  ? Status::Fate::failed
               : word == "sent"    ? Status::Fate::sent
                                   : Status::Fate::read; // a voice message that was played was opened
    if (out.fate == Status::Fate::failed)
    {
        const auto errors = list_in(item, "errors");
        out.error = errors.empty() ? ApiError{-1, {}, {}} : read_api_error(errors.front());
    }
    return Event{std::move(out)};
}

void read_value(const JsonItem& value, Hook& hook)
{
    const auto contacts = contacts_in(value);
    const auto add = [&hook](std::optional<Event> event)
    {
        if (event)
            hook.events.push_back(*std::move(event));
        else
            ++hook.passed_over;
    };
    for (const auto& item : list_in(value, "messages"))
        add(message_of(item, contacts));
    for (const auto& item : list_in(value, "statuses"))
        add(status_of(item));
}
} // namespace

Result<Hook> parse_hook(std::string_view body, std::string_view number_id)
{
    codec::JsonLimits limits;
    limits.max_bytes = kMaxHook;
    limits.max_depth = 64;
    DMID_TRY(const auto parsed, codec::parse_json(body, limits));
    const JsonItem whole{parsed, "webhook"};
    DMID_TRY(const auto object, whole.field("object"));
    DMID_TRY(const auto what, object.text(64));
    DMID_TRY(const auto entry, whole.field("entry"));
    DMID_TRY(const auto entries, entry.array(kMostUpdates));
    Hook out;
    if (what != "whatsapp_business_account")
        return out;
    for (const auto& one : entries)
        for (const auto& change : list_in(one, "changes"))
        {
            const auto value = change.optional("value");
            if (!value || text_in(change, "field", 64) != "messages")
                continue;
            const auto metadata = value->optional("metadata");
            if (metadata && text_in(*metadata, "phone_number_id", 64) == number_id)
                read_value(*value, out);
            else
                out.other_number = true;
        }
    return out;
}
} // namespace dmid::channels::whatsapp
