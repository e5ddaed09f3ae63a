// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "codec/json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

/// Meta's error codes (developers.facebook.com, Cloud API error codes), which are the same in answers and in
/// the statuses of messages. Pure.
namespace dmid::channels::whatsapp
{
struct ApiError
{
    std::int64_t code = 0;
    std::string title;   ///< `message` or `title`, as it came
    std::string details; ///< `error_data.details`, as it came; says most
};

/// `{"code":…,"message":…,"error_data":{"details":…}}` of an answer or a status.
ApiError read_api_error(const codec::JsonItem& item);

/// What an error says about a message.
struct Meaning
{
    channel::Outcome outcome = channel::Outcome::refused;
    Errc code = Errc::channel_refused;
    std::string detail;                       ///< in words, with the code; may hold Meta's own, unmasked
    std::optional<std::chrono::seconds> wait; ///< with `deferred`
    bool window_closed = false;               ///< nothing but templates goes to this person now
    bool token_refused = false;               ///< nothing goes at all before the operator acts
};

/// `status`: the HTTP status of the answer; 0 for an error that a webhook brought.
Meaning meaning_of(const ApiError& error, unsigned status);
} // namespace dmid::channels::whatsapp
