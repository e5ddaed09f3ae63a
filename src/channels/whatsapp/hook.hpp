// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/chat.hpp"
#include "channels/whatsapp/api_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What Meta's webhook brings (developers.facebook.com, WhatsApp webhooks reference). Pure; every byte is
/// hostile until its signature was verified, and checked all the same after that.
namespace dmid::channels::whatsapp
{
/// Bytes of one request: Meta's own limit (3 MB) in full.
inline constexpr std::size_t kMaxHook = 3U << 20U;

/// A file that a message names; its bytes have to be asked for.
struct Attachment
{
    std::string media_id;   ///< digits
    std::string name;       ///< without a path; a claim
    std::string media_type; ///< a claim
};

/// Who wrote, by all the names that Meta gives them.
struct Writer
{
    std::string account;  ///< their number, else their business-scoped id
    std::string scoped;   ///< their business-scoped id; may be empty
    std::string key_hash; ///< identity_key_hash, where that check is on; else empty
};

struct Message
{
    std::string id; ///< `wamid.…`
    Writer writer;
    channel::ChatLine line; ///< without account, source and files: those depend on what is remembered
    std::vector<Attachment> files;
    bool opens_window = false; ///< an ordinary message: 24 hours for answers begin
};

/// What became of a message of ours.
struct Status
{
    enum class Fate : std::uint8_t
    {
        sent, ///< on its way; says nothing that the answer of the API did not say
        delivered,
        read,
        failed,
    };
    std::string id;        ///< `wamid.…`
    std::string recipient; ///< an account
    std::string token;     ///< biz_opaque_callback_data; empty: none
    Fate fate = Fate::sent;
    std::optional<ApiError> error; ///< with `failed`
};

/// The name of an account is no longer theirs.
struct Moved
{
    std::string id; ///< `wamid.…`
    std::string account;
    std::string what; ///< in words for the owner
};

using Event = std::variant<Message, Status, Moved>;

struct Hook
{
    std::vector<Event> events;   ///< in the order of the body; of our number, and in conversations of two
    bool other_number = false;   ///< something in it was for another business number
    std::size_t passed_over = 0; ///< messages and statuses that could not be understood
};

/// A body whose signature holds. `number_id`: ours. An error only where it is no JSON, or none of WhatsApp's
/// webhooks at all: codec.*.
Result<Hook> parse_hook(std::string_view body, std::string_view number_id);
} // namespace dmid::channels::whatsapp
