// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "channels/whatsapp/api_error.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// What the Graph API answers. Pure; every byte of it is hostile.
namespace dmid::channels::whatsapp
{
/// Bytes of an answer; all of them are short.
inline constexpr std::size_t kMaxAnswer = 256U << 10U;

struct ApiAnswer
{
    unsigned status = 0;
    bool ok = false;
    std::optional<ApiError> error; ///< nothing with `ok`
    boost::json::value body;       ///< with `ok`: an object
};

/// An HTTP answer as the Graph API's. Behind 429 and 5xx a body that is no JSON still says wait; any other is
/// channel.peer-protocol.
Result<ApiAnswer> parse_answer(unsigned status, std::string_view body);

/// What an answer means for a message; `accepted` for one that is ok.
Meaning meaning_of(const ApiAnswer& answer);

/// What `messages` answers.
struct Sent
{
    std::string id;    ///< `wamid.…`
    std::string wa_id; ///< the person's as an account, where Meta names it; else empty
};
/// Nothing where it names no message.
std::optional<Sent> sent_message(const ApiAnswer& answer);

/// The id of an upload; channel.peer-protocol.
Result<std::string> uploaded_id(const ApiAnswer& answer);

/// Where a file of a message is.
struct MediaPlace
{
    std::string url;
    std::uint64_t size = 0;       ///< 0: not said
    std::optional<Hash32> sha256; ///< where it could be read
};
/// channel.peer-protocol.
Result<MediaPlace> media_place(const ApiAnswer& answer);
/// A SHA-256 as Meta writes it: hex, or base64 in webhooks.
std::optional<Hash32> read_sha256(std::string_view text);
} // namespace dmid::channels::whatsapp
