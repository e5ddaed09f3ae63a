// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What is asked of the Cloud API (developers.facebook.com, WhatsApp Cloud API reference), as the bytes that
/// go out. Pure.
namespace dmid::channels::whatsapp
{
/// A file behind a form: `multipart/form-data` of known length, its middle read while it is sent.
struct Upload
{
    std::string head;
    const channel::File* file = nullptr; ///< outlives the call
    std::string tail;
    std::uint64_t size() const { return head.size() + file->size + tail.size(); }
};

/// One call: a method and what follows `{api_url}/{version}/`.
struct ApiCall
{
    std::string method = "POST";
    std::string path; ///< plain characters
    std::string content_type = "application/json";
    std::string body;             ///< empty with `upload`
    std::optional<Upload> upload; ///< in place of `body`
};

/// What every message names.
struct Addressing
{
    std::string from;    ///< the business's phone number id, digits
    std::string to;      ///< an account
    std::string answers; ///< a message's id; empty: none
    std::string token;   ///< comes back in the statuses; empty: none (biz_opaque_callback_data)
};

/// Without link previews: Meta would fetch what a stranger names.
ApiCall send_text(const Addressing& to, std::string_view text);
/// An empty emoji takes the reaction off.
ApiCall send_reaction(const Addressing& to, std::string_view message, std::string_view emoji);

/// How a file is shown there (Meta's supported media types).
enum class Shown : std::uint8_t
{
    image,    ///< JPEG, PNG to 5 MB
    audio,    ///< AAC, AMR, MP3, MP4, Ogg to 16 MB; takes no caption
    video,    ///< MP4, 3GP to 16 MB
    document, ///< anything to 100 MB, with its name
};
Shown best_shown(const channel::File& file);
ApiCall send_file(const Addressing& to, Shown shown, std::string_view media_id, const channel::File& file,
                  std::string_view caption);
/// `boundary`: random, so that no file can hold it.
ApiCall upload_file(std::string_view from, const channel::File& file, std::string_view boundary);

/// A template that Meta approved, with at most one parameter in its body.
struct Template
{
    std::string name;     ///< a-z 0-9 _; empty: there is none
    std::string language; ///< `en`, `pt_BR`
    /// The parameter's name; `1` is the one that a template numbers; empty: it has none.
    std::string parameter;
};
ApiCall send_template(const Addressing& to, const Template& what, std::string_view text);

ApiCall get_media(std::string_view media_id, std::string_view from);
/// The number's own data: shows whether the token is any good.
ApiCall get_number(std::string_view from);
} // namespace dmid::channels::whatsapp
