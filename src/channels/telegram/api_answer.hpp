// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the Bot API answers. Pure; every byte of it is hostile.
namespace dmid::channels::telegram
{
/// Bytes of an answer: a page of updates with the longest texts, and what each of them answers, stays below.
inline constexpr std::size_t kMaxAnswer = 8U << 20U;
/// How deep it may nest: what one person sends must not stop the updates of all.
inline constexpr unsigned kMaxAnswerDepth = 200;

struct ApiAnswer
{
    bool ok = false;
    std::int64_t code = 0;                           ///< `error_code`, or else the HTTP status
    std::string description;                         ///< as it came; not for logs before chat::masked()
    std::optional<std::chrono::seconds> retry_after; ///< at most a day
    boost::json::value result;                       ///< with `ok`
};

/// An HTTP answer as the Bot API's. Behind 429 and 5xx a body that is no JSON still says wait; any other is
/// channel.peer-protocol.
Result<ApiAnswer> parse_answer(unsigned status, std::string_view body);

/// The id of the message that a method says it sent; nothing where the answer has none.
std::optional<std::string> sent_message_id(const ApiAnswer& answer);
/// `file_path` of getFile. channel.peer-protocol unless it is a relative path of plain characters without
/// `..`: it becomes part of a URL.
Result<std::string> file_path(const ApiAnswer& answer);

/// What an answer means for a message.
struct Meaning
{
    channel::Outcome outcome = channel::Outcome::accepted;
    Errc code = Errc::channel_refused; ///< meaningless for `accepted`
    std::string detail;                ///< in words; may hold the service's own, unmasked
};
Meaning meaning_of(const ApiAnswer& answer);

/// Refusals that mean something of their own.
bool says_not_modified(const ApiAnswer& answer);   ///< an edit that changed nothing
bool says_no_text(const ApiAnswer& answer);        ///< editMessageText on a file's message
bool says_already_gone(const ApiAnswer& answer);   ///< deleteMessage of what is not there
bool says_cannot_delete(const ApiAnswer& answer);  ///< older than 48 hours
bool says_chat_is_closed(const ApiAnswer& answer); ///< blocked, never started, deactivated
} // namespace dmid::channels::telegram
