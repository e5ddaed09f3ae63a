// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_message.hpp"

#include "base/utf8.hpp"
#include "channels/telegram/api_rich.hpp"
#include "channels/telegram/plan.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace dmid::channels::telegram
{
namespace
{
using codec::JsonItem;

/// Bytes of a text of 4096 UTF-16 units, with room to spare.
constexpr std::size_t kMaxIncoming = 16U << 10U;
/// Bytes of the words of a rich message; below model::kMaxText together with what may stand before them.
constexpr std::size_t kMaxRich = 40U << 10U;
constexpr std::size_t kMaxLinks = 100;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxFileId = 1024;

/// A kind of medium: its member, and what its file is called where it says nothing.
struct Medium
{
    const char* member;
    const char* name;
    const char* media_type;
};
/// `animation` stands before `document`, which an animation has as well.
constexpr std::array<Medium, 7> kMedia{{{"animation", "animation.mp4", "video/mp4"},
                                        {"audio", "audio.mp3", "audio/mpeg"},
                                        {"document", "", "application/octet-stream"},
                                        {"sticker", "sticker.webp", "image/webp"},
                                        {"video", "video.mp4", "video/mp4"},
                                        {"video_note", "video.mp4", "video/mp4"},
                                        {"voice", "voice.ogg", "audio/ogg"}}};
/// What has no bytes that could be carried.
constexpr std::array<std::pair<const char*, const char*>, 11> kLost{
    {{"live_photo", "the motion of a live photo"},
     {"poll", "a poll"},
     {"game", "a game"},
     {"invoice", "an invoice"},
     {"story", "a story"},
     {"paid_media", "paid media"},
     {"giveaway", "a giveaway"},
     {"checklist", "a checklist"},
     {"gift", "a gift"},
     {"passport_data", "passport data"},
     {"web_app_data", "data of a web app"}}};

/// What Telegram writes by itself in a conversation of two; nobody said it.
constexpr std::array<std::string_view, 21> kService{"pinned_message",
                                                    "message_auto_delete_timer_changed",
                                                    "write_access_allowed",
                                                    "connected_website",
                                                    "users_shared",
                                                    "chat_shared",
                                                    "successful_payment",
                                                    "refunded_payment",
                                                    "proximity_alert_triggered",
                                                    "boost_added",
                                                    "chat_background_set",
                                                    "video_chat_scheduled",
                                                    "video_chat_started",
                                                    "video_chat_ended",
                                                    "video_chat_participants_invited",
                                                    "checklist_tasks_done",
                                                    "checklist_tasks_added",
                                                    "gift_upgrade_sent",
                                                    "managed_bot_created",
                                                    "forum_topic_created",
                                                    "forum_topic_edited"};

void put(std::string& out, std::string_view separator, std::string_view more)
{
    if (!out.empty() && !more.empty())
        out += separator;
    out += more;
}

std::string short_text(const JsonItem& item, std::string_view key, std::size_t max = 255)
{
    const auto member = item.optional(key);
    return member ? chat::one_line(member->text().value_or(""), max) : std::string{};
}

/// The last part of a path, without what a file system or a shell might take for something else.
std::string plain_name(std::string name)
{
    name.erase(0, name.find_last_of("/\\") + 1);
    return name == "." || name == ".." ? std::string{} : name;
}

Result<Attachment> attachment_of(const JsonItem& item, const Medium& medium)
{
    Attachment out;
    DMID_TRY(const auto id, item.field("file_id"));
    DMID_TRY(out.file_id, id.text(kMaxFileId));
    out.name = plain_name(short_text(item, "file_name"));
    if (out.name.empty())
        out.name = medium.name;
    out.media_type = short_text(item, "mime_type", 100);
    if (out.media_type.empty())
        out.media_type = medium.media_type;
    if (const auto size = item.optional("file_size"))
        out.size = size->uint().value_or(0);
    return out;
}

/// The largest of a photo's sizes.
Result<Attachment> photo_of(const JsonItem& sizes)
{
    DMID_TRY(const auto list, sizes.array(64));
    if (list.empty())
        return sizes.refuse(Errc::codec_range, "no sizes");
    const JsonItem* largest = &list.front();
    std::int64_t most = -1;
    for (const auto& size : list)
    {
        const auto width = size.optional("width");
        const auto pixels = width ? width->integer(0).value_or(0) : 0;
        if (pixels > most)
            largest = &size;
        most = std::max(most, pixels);
    }
    return attachment_of(*largest, {"photo", "photo.jpg", "image/jpeg"});
}

/// `geo:52.51,13.37` (RFC 5870), with the name of a venue before it.
std::string place_of(const JsonItem& message)
{
    const auto venue = message.optional("venue");
    const auto location = message.optional("location");
    std::string out;
    if (venue)
    {
        out = short_text(*venue, "title");
        put(out, ", ", short_text(*venue, "address"));
    }
    const auto latitude = location ? location->optional("latitude") : std::nullopt;
    const auto longitude = location ? location->optional("longitude") : std::nullopt;
    if (latitude && longitude && latitude->value().is_number() && longitude->value().is_number())
    {
        const auto degrees = [](const JsonItem& item)
        { return std::to_string(std::clamp(item.value().to_number<double>(), -180.0, 180.0)); };
        put(out, "\n", "geo:" + degrees(*latitude) + "," + degrees(*longitude));
    }
    return out;
}

std::string contact_of(const JsonItem& contact)
{
    auto out = short_text(contact, "first_name");
    put(out, " ", short_text(contact, "last_name"));
    put(out, ": ", short_text(contact, "phone_number", 32));
    return out;
}

Result<> add_media(const JsonItem& message, Content& content)
{
    if (const auto photo = message.optional("photo"))
    {
        DMID_TRY(auto file, photo_of(*photo));
        content.files.push_back(std::move(file));
    }
    for (const auto& medium : kMedia)
    {
        const auto item = message.optional(medium.member);
        if (!item || !content.files.empty())
            continue;
        DMID_TRY(auto file, attachment_of(*item, medium));
        content.files.push_back(std::move(file));
    }
    if (const auto sticker = message.optional("sticker"))
        put(content.text, "\n", short_text(*sticker, "emoji", 32));
    return {};
}
} // namespace

std::string with_links_shown(const std::string& text, const std::optional<JsonItem>& entities)
{
    if (!entities)
        return text;
    std::multimap<std::uint64_t, std::string> behind; // by UTF-16 units from the beginning
    const auto list = entities->array(1000);
    if (!list)
        return text;
    for (const auto& entity : *list)
    {
        const auto offset = entity.optional("offset");
        const auto length = entity.optional("length");
        const auto url = short_text(entity, "url", kMaxUrl);
        if (short_text(entity, "type", 32) != "text_link" || !offset || !length || url.empty() ||
            behind.size() >= kMaxLinks)
            continue;
        behind.emplace(offset->uint(1U << 20U).value_or(1U << 20U) + length->uint(1U << 20U).value_or(0),
                       url);
    }
    std::string out;
    std::uint64_t units = 0;
    auto next = behind.begin();
    for (std::string_view rest = text; !rest.empty();)
    {
        const auto c = take_code_point(rest);
        append_utf8(out, c);
        units += c >= 0x10000 ? 2 : 1;
        for (; next != behind.end() && next->first <= units; ++next)
            if (out.size() + next->second.size() + rest.size() < kMaxIncoming + 4096)
                out += " <" + next->second + ">";
    }
    return out;
}

Result<std::optional<Content>> content_of(const JsonItem& message)
{
    Content out;
    for (const auto& [words, marks] : {std::pair{"text", "entities"}, {"caption", "caption_entities"}})
        if (const auto text = message.optional(words))
        {
            DMID_TRY(const auto said, text->text(kMaxIncoming));
            put(out.text, "\n", with_links_shown(said, message.optional(marks)));
        }
    DMID_TRY(add_media(message, out));
    if (const auto rich = message.optional("rich_message"))
    {
        put(out.text, "\n", words_of_rich(rich->value(), kMaxRich));
        put(out.lost, "; ", "the layout and the media of a rich message");
    }
    put(out.text, "\n", place_of(message));
    if (const auto contact = message.optional("contact"))
        put(out.text, "\n", contact_of(*contact));
    if (const auto die = message.optional("dice"))
        put(out.text, "\n", short_text(*die, "emoji", 32));
    for (const auto& [member, words] : kLost)
        if (message.optional(member))
            put(out.lost, "; ", words);
    if (message.optional("forward_origin"))
        put(out.lost, "; ", "that it was forwarded from elsewhere");
    if (message.optional("external_reply"))
        put(out.lost, "; ", "that it answers a message of another chat");
    const auto has = [&message](std::string_view member) { return message.optional(member).has_value(); };
    if (out.text.empty() && out.files.empty() && out.lost.empty())
    {
        if (std::any_of(kService.begin(), kService.end(), has))
            return std::optional<Content>{};
        out.lost = "a message of a kind that this node does not know";
    }
    return std::optional{std::move(out)};
}
} // namespace dmid::channels::telegram
