// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/data_message.hpp"

#include "base/utf8.hpp"
#include "channels/signal/plan.hpp"
#include "model/envelope.hpp"

#include <array>
#include <map>

namespace dmid::channels::signal
{
namespace
{
using codec::JsonItem;

constexpr std::size_t kMostMentions = 100;
constexpr std::size_t kMostAttachments = 32; // Signal's apps take 32
constexpr std::string_view kPlaceholder = "\xEF\xBF\xBC";
/// The type of the attachment that holds the whole of a long text.
constexpr std::string_view kLongText = "text/x-signal-plain";
/// Room below model::kMaxText for mentions that are written out.
constexpr std::size_t kMaxIncoming = 60U << 10U;

/// What has no form that could be carried.
constexpr std::array<std::pair<const char*, const char*>, 7> kLostKinds{
    {{"sticker", "a sticker"},
     {"contacts", "a contact card"},
     {"payment", "a payment"},
     {"pollCreate", "a poll"},
     {"pollVote", "a vote in a poll"},
     {"pinMessage", "a pinned message"},
     {"storyContext", "the story it answers"}}};

void add(std::string& out, const std::string& more)
{
    if (!more.empty())
        out += (out.empty() ? "" : "; ") + more;
}

std::string line_in(const JsonItem& item, std::string_view key, std::size_t max)
{
    const auto member = item.optional(key);
    return member ? chat::one_line(member->text().value_or(""), max) : std::string{};
}

/// The last part of a path, without what a file system or a shell might take for something else.
std::string bare_name(std::string name)
{
    name.erase(0, name.find_last_of("/\\") + 1);
    return name == "." || name == ".." ? std::string{} : name;
}

bool is_id(const std::string& id)
{
    return !id.empty() && id.find_first_of("/\\") == std::string::npos && id.front() != '.';
}

void read_attachments(const JsonItem& list, Content& out)
{
    const auto items = list.array(256);
    if (!items)
        return add(out.lost, "its attachments");
    for (const auto& item : *items)
    {
        Attachment file;
        file.id = line_in(item, "id", 256);
        file.name = bare_name(line_in(item, "filename", 255));
        file.media_type = line_in(item, "contentType", 100);
        if (file.media_type.empty())
            file.media_type = "application/octet-stream";
        if (const auto size = item.optional("size"))
            file.size = size->uint().value_or(0);
        file.long_text = file.media_type == kLongText;
        if (is_id(file.id) && out.files.size() < kMostAttachments)
            out.files.push_back(std::move(file));
        else
            add(out.lost, "an attachment that cannot be fetched");
    }
}

std::string in_words(std::uint64_t seconds)
{
    for (const auto& [size, word] :
         {std::pair{604'800U, "week"}, {86'400U, "day"}, {3'600U, "hour"}, {60U, "minute"}})
        if (seconds >= size)
            return std::to_string(seconds / size) + ' ' + word + (seconds / size > 1 ? "s" : "");
    return std::to_string(seconds) + " s";
}

std::string name_in(const JsonItem& mention)
{
    auto name = line_in(mention, "name", 64);
    if (name.empty())
        name = line_in(mention, "number", 64);
    return name.empty() ? line_in(mention, "uuid", 64) : name;
}
} // namespace

std::string with_mentions(const std::string& text, const std::optional<JsonItem>& mentions)
{
    std::multimap<std::uint64_t, std::string> named; // by UTF-16 units from the beginning
    const auto list = mentions ? mentions->array(1000) : Result<std::vector<JsonItem>>{};
    if (!list || list->empty())
        return text;
    for (const auto& mention : *list)
    {
        const auto start = mention.optional("start");
        if (start && named.size() < kMostMentions)
            named.emplace(start->uint(1U << 20U).value_or(1U << 20U), name_in(mention));
    }
    std::string out;
    std::uint64_t units = 0;
    for (std::string_view rest = text; !rest.empty();)
    {
        const bool here = rest.starts_with(kPlaceholder);
        const auto c = take_code_point(rest);
        const auto found = here ? named.find(units) : named.end();
        units += c >= 0x10000 ? 2 : 1;
        if (found != named.end() && !found->second.empty())
            out += '@' + found->second;
        else
            append_utf8(out, c);
    }
    return out;
}

Content content_of(const JsonItem& data)
{
    Content out;
    if (const auto message = data.optional("message"))
    {
        auto text = message->text(kMaxIncoming);
        if (text)
            out.text = with_mentions(*text, data.optional("mentions"));
        else
            add(out.lost, "its text, which is too long");
    }
    for (const auto& [member, words] : kLostKinds)
        if (const auto item = data.optional(member);
            item && !(item->value().is_array() && item->array()->empty()))
            add(out.lost, words);
    const auto once = data.optional("viewOnce");
    if (const auto list = data.optional("attachments"))
    {
        if (once && once->boolean().value_or(false))
            add(out.lost, "a file that is to be seen once");
        else
            read_attachments(*list, out);
    }
    // It is to disappear there; here it stays.
    const auto timer = data.optional("expiresInSeconds");
    const auto seconds = timer ? timer->uint().value_or(0) : 0;
    if (seconds > 0 && !(out.text.empty() && out.files.empty()))
        add(out.lost, "that it was to disappear after " + in_words(seconds));
    return out;
}
} // namespace dmid::channels::signal
