// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/api_request.hpp"

#include "base/ascii.hpp"
#include "channels/whatsapp/address.hpp"
#include "chat/words.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
namespace json = boost::json;

constexpr std::uint64_t kMaxImage = 5'000'000;
constexpr std::uint64_t kMaxSoundOrFilm = 16'000'000;

json::object to_person(const Addressing& to, std::string_view type)
{
    json::object out{{"messaging_product", "whatsapp"}, {"recipient_type", "individual"}};
    out[is_phone(to.to) ? "to" : "recipient"] = meta_id_of(to.to);
    out["type"] = type;
    if (!to.answers.empty())
        out["context"] = json::object{{"message_id", to.answers}};
    if (!to.token.empty())
        out["biz_opaque_callback_data"] = to.token;
    return out;
}

ApiCall posting(const Addressing& to, json::object message)
{
    ApiCall call;
    call.path = to.from + "/messages";
    call.body = codec::serialise_json(std::move(message));
    return call;
}

/// Without parameters (`audio/ogg; codecs=opus`), in lower case.
std::string bare_type(std::string_view media_type)
{
    auto out = ascii_lower(media_type.substr(0, media_type.find(';')));
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

bool is_type(std::string_view text)
{
    const auto slash = text.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() && text.size() <= 100 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.+-_/") == std::string_view::npos &&
           text.find('/', slash + 1) == std::string_view::npos;
}

std::string type_of(const channel::File& file)
{
    auto type = bare_type(file.media_type);
    return is_type(type) ? type : "application/octet-stream";
}

/// A form's `filename` (WHATWG: quotes are percent-encoded; line breaks are gone already).
std::string as_form_value(std::string_view name)
{
    std::string out;
    for (const char c : name)
        if (c == '"')
            out += "%22";
        else
            out.push_back(c);
    return out;
}

std::string part_of_form(std::string_view boundary, std::string_view name, std::string_view value)
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

std::string_view word_for(Shown shown)
{
    static constexpr std::array<std::string_view, 4> kWords{"image", "audio", "video", "document"};
    return kWords.at(static_cast<std::size_t>(shown));
}

std::string shown_name(const channel::File& file)
{
    auto name = chat::one_line(file.name, 240);
    return name.empty() ? "file" : name;
}
} // namespace

ApiCall send_text(const Addressing& to, std::string_view text)
{
    auto message = to_person(to, "text");
    message["text"] = json::object{{"preview_url", false}, {"body", text}};
    return posting(to, std::move(message));
}

ApiCall send_reaction(const Addressing& to, std::string_view message_id, std::string_view emoji)
{
    auto message = to_person(to, "reaction");
    message["reaction"] = json::object{{"message_id", message_id}, {"emoji", emoji}};
    return posting(to, std::move(message));
}

Shown best_shown(const channel::File& file)
{
    static constexpr std::array<std::string_view, 5> kSounds{"audio/aac", "audio/amr", "audio/mpeg",
                                                             "audio/mp4", "audio/ogg"};
    const auto type = type_of(file);
    if ((type == "image/jpeg" || type == "image/png") && file.size <= kMaxImage)
        return Shown::image;
    if (file.size > kMaxSoundOrFilm)
        return Shown::document;
    if (std::find(kSounds.begin(), kSounds.end(), type) != kSounds.end())
        return Shown::audio;
    return type == "video/mp4" || type == "video/3gp" ? Shown::video : Shown::document;
}

ApiCall send_file(const Addressing& to, Shown shown, std::string_view media_id, const channel::File& file,
                  std::string_view caption)
{
    json::object medium{{"id", media_id}};
    if (!caption.empty() && shown != Shown::audio)
        medium["caption"] = caption;
    if (shown == Shown::document)
        medium["filename"] = shown_name(file);
    auto message = to_person(to, word_for(shown));
    message[word_for(shown)] = std::move(medium);
    return posting(to, std::move(message));
}

ApiCall upload_file(std::string_view from, const channel::File& file, std::string_view boundary)
{
    const auto type = type_of(file);
    Upload upload;
    upload.head = part_of_form(boundary, "messaging_product", "whatsapp") +
                  part_of_form(boundary, "type", type) + "--" + std::string{boundary} +
                  "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
                  as_form_value(shown_name(file)) + "\"\r\nContent-Type: " + type + "\r\n\r\n";
    upload.file = &file;
    upload.tail = "\r\n--" + std::string{boundary} + "--\r\n";
    ApiCall call;
    call.path = std::string{from} + "/media";
    call.content_type = "multipart/form-data; boundary=" + std::string{boundary};
    call.upload = std::move(upload);
    return call;
}

ApiCall send_template(const Addressing& to, const Template& what, std::string_view text)
{
    json::object content{{"name", what.name}, {"language", json::object{{"code", what.language}}}};
    if (!what.parameter.empty())
    {
        json::object parameter{{"type", "text"}, {"text", text}};
        if (what.parameter != "1")
            parameter["parameter_name"] = what.parameter;
        json::array parameters;
        parameters.push_back(std::move(parameter));
        json::array components;
        components.push_back(json::object{{"type", "body"}, {"parameters", std::move(parameters)}});
        content["components"] = std::move(components);
    }
    auto message = to_person(to, "template");
    message["template"] = std::move(content);
    return posting(to, std::move(message));
}

ApiCall get_media(std::string_view media_id, std::string_view from)
{
    ApiCall call;
    call.method = "GET";
    call.path = std::string{media_id} + "?phone_number_id=" + std::string{from};
    return call;
}

ApiCall get_number(std::string_view from)
{
    ApiCall call;
    call.method = "GET";
    call.path = std::string{from} + "?fields=display_phone_number";
    return call;
}
} // namespace dmid::channels::whatsapp
