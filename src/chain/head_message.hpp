// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace dmid::chain
{
/// The request that asks for new heads; its id is 1.
std::string subscribe_heads();

/// The endpoint's yes to it.
struct HeadsSubscribed
{
    std::string subscription;
};
/// Its no, in printable words of its own, at most 200 bytes.
struct HeadsRefused
{
    std::string words;
};
/// A new head, as the endpoint claims: a reason to ask, nothing more.
struct HeadAnnounced
{
    std::string subscription;
    std::uint64_t number = 0;
    Hash32 hash;
};
using HeadMessage = std::variant<HeadsSubscribed, HeadsRefused, HeadAnnounced>;

/// Reads one text message of a JSON-RPC WebSocket that was asked for new heads alone: at most 64 KiB and 32
/// levels; a subscription id has 1 to 128 bytes. codec.* and json errors for everything else.
Result<HeadMessage> parse_head_message(std::string_view text);
} // namespace dmid::chain
