// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/hook_message.hpp"

#include "base/ascii.hpp"
#include "channels/whatsapp/address.hpp"
#include "channels/whatsapp/plan.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace dmid::channels::whatsapp
{
namespace
{
using codec::JsonItem;

/// Bytes of a text: WhatsApp's apps let people write 65,536 characters, the node carries model::kMaxText
/// bytes; with room for what stands beside it.
constexpr std::size_t kMostText = 60U << 10U;
/// Cards of one message, and ways of each kind on one card.
constexpr std::size_t kMostCards = 8;

/// A kind of medium, and what its file is called where it says nothing.
struct Medium
{
    std::string_view type;
    std::string_view name;
    std::string_view media_type;
};
constexpr std::array kMedia{
    Medium{"image", "image.jpg", "image/jpeg"}, Medium{"audio", "audio.ogg", "audio/ogg"},
    Medium{"video", "video.mp4", "video/mp4"}, Medium{"document", "", "application/octet-stream"},
    Medium{"sticker", "sticker.webp", "image/webp"}};

void put(std::string& out, std::string_view separator, std::string_view more)
{
    if (!out.empty() && !more.empty())
        out += separator;
    out += more;
}

/// Longer texts are cut between characters, and that is declared.
std::string long_text(const JsonItem& item, std::string_view key, std::string& lost)
{
    const auto member = item.optional(key);
    auto text = member ? member->text(kMaxHook).value_or("") : std::string{};
    if (text.size() <= kMostText)
        return text;
    text.resize(kMostText);
    while (!text.empty() && !is_utf8(text))
        text.pop_back();
    put(lost, "; ", "the end of a text that is longer than a message may be");
    return text;
}

std::string line_in(const JsonItem& item, std::string_view key, std::size_t max = 255)
{
    const auto member = item.optional(key);
    return member ? chat::one_line(member->text().value_or(""), max) : std::string{};
}

/// The last part of a path.
std::string bare_name(std::string name)
{
    name.erase(0, name.find_last_of("/\\") + 1);
    return name == "." || name == ".." ? std::string{} : name;
}

void add_medium(const JsonItem& item, const Medium& medium, Content& out)
{
    put(out.text, "\n", long_text(item, "caption", out.lost));
    Attachment file;
    const auto id = line_in(item, "id", 64);
    if (!is_digits_id(id))
    {
        put(out.lost, "; ", "a file without an id");
        return;
    }
    file.media_id = id;
    file.name = bare_name(line_in(item, "filename"));
    if (file.name.empty())
        file.name = medium.name;
    file.media_type = line_in(item, "mime_type", 100);
    file.media_type.erase(std::min(file.media_type.find(';'), file.media_type.size()));
    if (file.media_type.empty())
        file.media_type = medium.media_type;
    out.files.push_back(std::move(file));
}

/// `geo:52.51,13.37` (RFC 5870), with the name of the place before it.
std::string place_in(const JsonItem& location)
{
    auto out = line_in(location, "name");
    put(out, ", ", line_in(location, "address"));
    const auto latitude = location.optional("latitude");
    const auto longitude = location.optional("longitude");
    if (latitude && longitude && latitude->value().is_number() && longitude->value().is_number())
    {
        const auto degrees = [](const JsonItem& item)
        { return std::to_string(std::clamp(item.value().to_number<double>(), -180.0, 180.0)); };
        put(out, "\n", "geo:" + degrees(*latitude) + "," + degrees(*longitude));
    }
    put(out, "\n", line_in(location, "url", 2048));
    return out;
}

/// `Ann Example: +49 151 …, ann@mail.example`.
std::string card_in(const JsonItem& contact)
{
    std::string out;
    if (const auto name = contact.optional("name"))
        out = line_in(*name, "formatted_name");
    std::string ways;
    for (const auto& [list, key] : {std::pair{"phones", "phone"}, {"emails", "email"}, {"urls", "url"}})
    {
        const auto member = contact.optional(list);
        const auto items = member ? member->array(64) : fail(Errc::codec_missing_key);
        for (std::size_t i = 0; items && i < std::min(items->size(), kMostCards); ++i)
            put(ways, ", ", line_in((*items)[i], key, 128));
    }
    put(out, ": ", ways);
    return out;
}

void add_cards(const JsonItem& message, Content& out)
{
    const auto member = message.optional("contacts");
    const auto cards = member ? member->array(1000) : fail(Errc::codec_missing_key);
    for (std::size_t i = 0; cards && i < std::min(cards->size(), kMostCards); ++i)
        put(out.text, "\n", card_in((*cards)[i]));
    if (cards && cards->size() > kMostCards)
        put(out.lost, "; ", "some of the contacts");
}

/// What somebody chose of what a message offered.
void add_choice(const JsonItem& interactive, Content& out)
{
    for (const auto* kind : {"button_reply", "list_reply"})
        if (const auto reply = interactive.optional(kind))
            put(out.text, "\n", line_in(*reply, "title", 1024));
    if (const auto form = interactive.optional("nfm_reply"))
    {
        put(out.text, "\n", line_in(*form, "body", 1024));
        put(out.lost, "; ", "a form that was filled in");
    }
    if (interactive.optional("call_permission_reply"))
        put(out.lost, "; ", "an answer to the wish to call");
}

void add_rest(const JsonItem& message, std::string_view type, Content& out)
{
    const auto content = message.optional(type);
    if (type == "button" && content)
        put(out.text, "\n", line_in(*content, "text", 1024));
    else if (type == "interactive" && content)
        add_choice(*content, out);
    else if (type == "order" && content)
    {
        put(out.text, "\n", long_text(*content, "text", out.lost));
        put(out.lost, "; ", "an order from a catalogue");
    }
    else if (type == "unsupported")
        put(out.lost, "; ", "a message of a kind that WhatsApp does not give to programs");
    else if (type == "media_placeholder")
        put(out.lost, "; ", "a file that WhatsApp does not give to programs");
}
} // namespace

Content content_of(const JsonItem& message)
{
    Content out;
    const auto type = line_in(message, "type", 64);
    const auto content = message.optional(type);
    if (type == "text" && content)
        out.text = long_text(*content, "body", out.lost);
    else if (type == "location" && content)
        out.text = place_in(*content);
    else if (type == "contacts")
        add_cards(message, out);
    else
        add_rest(message, type, out);
    for (const auto& medium : kMedia)
        if (type == medium.type && content)
            add_medium(*content, medium, out);
    if (const auto context = message.optional("context"))
        for (const auto* mark : {"forwarded", "frequently_forwarded"})
            if (const auto flag = context->optional(mark); flag && flag->boolean().value_or(false))
            {
                put(out.lost, "; ", "that it was forwarded from elsewhere");
                break;
            }
    if (out.text.empty() && out.files.empty() && out.lost.empty() && type != "text")
        out.lost = "a message of a kind that this node does not know";
    return out;
}
} // namespace dmid::channels::whatsapp
