// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_request.hpp"

#include "chat/words.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
namespace json = boost::json;

constexpr std::uint64_t kMaxPhotoBytes = 10'000'000; // sendPhoto

ApiCall calling(std::string method, json::object parameters)
{
    ApiCall call;
    call.method = std::move(method);
    call.body = codec::serialise_json(std::move(parameters));
    return call;
}

json::object in_chat(std::int64_t chat, std::int64_t message)
{
    return {{"chat_id", chat}, {"message_id", message}};
}

json::object reply_parameters(std::int64_t answers)
{
    // The message may be gone by now; the answer still arrives.
    return {{"message_id", answers}, {"allow_sending_without_reply", true}};
}

json::object no_previews()
{
    return {{"is_disabled", true}};
}

json::array wanted_updates()
{
    return {"message", "edited_message", "message_reaction"};
}

/// The value of a form field's `filename` (WHATWG: quotes and line breaks are percent-encoded).
std::string form_quoted(std::string_view name)
{
    std::string out;
    for (const char c : name)
        if (c == '"')
            out += "%22";
        else
            out.push_back(c);
    return out;
}

bool is_media_type(std::string_view text)
{
    const auto slash = text.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() && text.size() <= 100 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_/") ==
               std::string_view::npos &&
           text.find('/', slash + 1) == std::string_view::npos;
}

std::string form_field(std::string_view boundary, std::string_view name, std::string_view value)
{
    std::string out = "--";
    out += boundary;
    out += "\r\nContent-Disposition: form-data; name=\"";
    out += name;
    out += "\"\r\n\r\n";
    out += value;
    out += "\r\n";
    return out;
}

/// Without U+FE0F, which keyboards add to some and the API's list leaves away.
std::string bare_emoji(std::string_view emoji)
{
    std::string out{emoji};
    constexpr std::string_view kSelector = "\xef\xb8\x8f";
    for (auto at = out.find(kSelector); at != std::string::npos; at = out.find(kSelector))
        out.erase(at, kSelector.size());
    return out;
}
} // namespace

ApiCall send_message(std::int64_t chat, std::string_view text, std::optional<std::int64_t> answers)
{
    json::object parameters{{"chat_id", chat}, {"text", text}, {"link_preview_options", no_previews()}};
    if (answers)
        parameters["reply_parameters"] = reply_parameters(*answers);
    return calling("sendMessage", std::move(parameters));
}

Shown best_shown(const channel::File& file)
{
    const bool picture = file.media_type == "image/jpeg" || file.media_type == "image/png";
    return picture && file.size <= kMaxPhotoBytes ? Shown::photo : Shown::document;
}

ApiCall send_file(std::int64_t chat, const channel::File& file, Shown shown, std::string_view caption,
                  std::optional<std::int64_t> answers, std::string_view boundary)
{
    const std::string field = shown == Shown::photo ? "photo" : "document";
    Upload upload;
    upload.head = form_field(boundary, "chat_id", std::to_string(chat));
    if (!caption.empty())
        upload.head += form_field(boundary, "caption", caption);
    if (answers)
        upload.head +=
            form_field(boundary, "reply_parameters", codec::serialise_json(reply_parameters(*answers)));
    const auto name = chat::one_line(file.name, 255);
    upload.head += "--" + std::string{boundary} + "\r\nContent-Disposition: form-data; name=\"" + field +
                   "\"; filename=\"" + form_quoted(name.empty() ? "file" : name) + "\"\r\nContent-Type: " +
                   (is_media_type(file.media_type) ? file.media_type : "application/octet-stream") +
                   "\r\n\r\n";
    upload.file = &file;
    upload.tail = "\r\n--" + std::string{boundary} + "--\r\n";
    ApiCall call;
    call.method = shown == Shown::photo ? "sendPhoto" : "sendDocument";
    call.content_type = "multipart/form-data; boundary=" + std::string{boundary};
    call.upload = std::move(upload);
    return call;
}

ApiCall edit_text(std::int64_t chat, std::int64_t message, std::string_view text)
{
    auto parameters = in_chat(chat, message);
    parameters["text"] = text;
    parameters["link_preview_options"] = no_previews();
    return calling("editMessageText", std::move(parameters));
}

ApiCall edit_caption(std::int64_t chat, std::int64_t message, std::string_view caption)
{
    auto parameters = in_chat(chat, message);
    parameters["caption"] = caption;
    return calling("editMessageCaption", std::move(parameters));
}

ApiCall delete_message(std::int64_t chat, std::int64_t message)
{
    return calling("deleteMessage", in_chat(chat, message));
}

bool is_reaction(std::string_view emoji)
{
    static constexpr std::array<std::string_view, 73> kReactions{
        "👍",    "👎",          "❤",    "🔥",    "🥰",        "👏", "😁",    "🤔", "🤯", "😱",
        "🤬", "😢",          "🎉",    "🤩", "🤮",        "💩", "🙏",    "👌",    "🕊", "🤡",
        "🥱", "🥴",       "😍",    "🐳",    "❤‍🔥",  "🌚", "🌭", "💯",    "🤣", "⚡",
        "🍌",    "🏆",          "💔",    "🤨", "😐",           "🍓", "🍾", "💋",    "🖕", "😈",
        "😴",    "😭",          "🤓", "👻",    "👨‍💻", "👀", "🎃",    "🙈",    "😇",    "😨",
        "🤝", "✍",          "🤗", "🫡", "🎅",           "🎄", "☃",    "💅",    "🤪", "🗿",
        "🆒",    "💘",          "🙉",    "🦄", "😘",           "💊", "🙊",    "😎",    "👾",    "🤷‍♂",
        "🤷", "🤷‍♀", "😡"};
    return std::find(kReactions.begin(), kReactions.end(), bare_emoji(emoji)) != kReactions.end();
}

ApiCall set_reaction(std::int64_t chat, std::int64_t message, std::string_view emoji)
{
    auto parameters = in_chat(chat, message);
    json::array reactions;
    if (!emoji.empty())
        reactions.push_back(json::object{{"type", "emoji"}, {"emoji", bare_emoji(emoji)}});
    parameters["reaction"] = std::move(reactions);
    return calling("setMessageReaction", std::move(parameters));
}

ApiCall get_updates(std::optional<std::int64_t> offset, unsigned limit, unsigned timeout_s)
{
    json::object parameters{{"limit", limit}, {"timeout", timeout_s}, {"allowed_updates", wanted_updates()}};
    if (offset)
        parameters["offset"] = *offset;
    return calling("getUpdates", std::move(parameters));
}

ApiCall set_webhook(std::string_view url, std::string_view secret, unsigned connections)
{
    return calling("setWebhook", json::object{{"url", url},
                                              {"secret_token", secret},
                                              {"max_connections", connections},
                                              {"allowed_updates", wanted_updates()}});
}

ApiCall delete_webhook()
{
    return calling("deleteWebhook", json::object{{"drop_pending_updates", false}});
}

ApiCall get_file(std::string_view file_id)
{
    return calling("getFile", json::object{{"file_id", file_id}});
}
} // namespace dmid::channels::telegram
