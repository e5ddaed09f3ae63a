// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is asked of the Bot API (core.telegram.org/bots/api), as the bytes that go out. Pure.
namespace dmid::channels::telegram
{
/// A file behind a form: `multipart/form-data` of known length, its middle read while it is sent.
struct Upload
{
    std::string head;
    const channel::File* file = nullptr; ///< outlives the call
    std::string tail;
    std::uint64_t size() const { return head.size() + file->size + tail.size(); }
};

/// One call: `POST /bot<token>/<method>`.
struct ApiCall
{
    std::string method;
    std::string content_type = "application/json";
    std::string body;             ///< empty with `upload`
    std::optional<Upload> upload; ///< in place of `body`
};

/// No parse_mode: nobody's text can bring markup. No link previews: Telegram would fetch what a stranger
/// names.
ApiCall send_message(std::int64_t chat, std::string_view text, std::optional<std::int64_t> answers);

/// How a file is shown there.
enum class Shown : std::uint8_t
{
    photo,    ///< recompressed by Telegram
    document, ///< as it is
};
/// Photos are JPEG and PNG up to 10 MB (sendPhoto).
Shown best_shown(const channel::File& file);
/// `boundary`: random, so that no file can hold it.
ApiCall send_file(std::int64_t chat, const channel::File& file, Shown shown, std::string_view caption,
                  std::optional<std::int64_t> answers, std::string_view boundary);

ApiCall edit_text(std::int64_t chat, std::int64_t message, std::string_view text);
ApiCall edit_caption(std::int64_t chat, std::int64_t message, std::string_view caption);
ApiCall delete_message(std::int64_t chat, std::int64_t message);
/// Whether a bot may put this emoji to a message (ReactionTypeEmoji); with and without the variation
/// selector.
bool is_reaction(std::string_view emoji);
/// An empty emoji takes the reaction off.
ApiCall set_reaction(std::int64_t chat, std::int64_t message, std::string_view emoji);

/// Asks for messages, edits and reactions only; `offset` confirms everything before it.
ApiCall get_updates(std::optional<std::int64_t> offset, unsigned limit, unsigned timeout_s);
ApiCall set_webhook(std::string_view url, std::string_view secret, unsigned connections);
/// Keeps what is waiting.
ApiCall delete_webhook();
ApiCall get_file(std::string_view file_id);
} // namespace dmid::channels::telegram
