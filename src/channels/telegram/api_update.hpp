// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/chat.hpp"
#include "codec/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the Bot API brings: updates, of getUpdates and of the webhook alike. Pure; every byte is hostile.
namespace dmid::channels::telegram
{
/// A file that a message names; its bytes have to be asked for.
struct Attachment
{
    std::string file_id;
    std::string name;       ///< without a path; a claim
    std::string media_type; ///< a claim
    std::uint64_t size = 0; ///< a claim; 0: not said
};

struct Update
{
    std::int64_t id = 0;
    /// Nothing for what is none of ours: groups, channels, service messages, live locations on their way.
    std::optional<channel::ChatLine> line;
    std::vector<Attachment> files; ///< of the line; its own `files` are empty
};

/// One update. Only one whose `update_id` cannot be read is an error: it could never be acknowledged. All
/// else that is not understood has no line.
Result<Update> parse_update(const codec::JsonItem& item);
/// getUpdates' result, in its order: at most 100.
Result<std::vector<Update>> parse_updates(const boost::json::value& result);
} // namespace dmid::channels::telegram
