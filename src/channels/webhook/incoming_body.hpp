// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/chat.hpp"
#include "channel/letter.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::webhook
{
/// Bytes of one request: the files in base64, and a text of 64 KiB in JSON's longest escapes.
inline constexpr std::size_t kMaxRequest = 3'200'000;
/// Bytes of an id in a body: what a program calls a message.
inline constexpr std::size_t kMaxBodyId = 200;

/// What a program says, read and not yet believed.
struct Incoming
{
    channel::ChatLine::Kind kind = channel::ChatLine::Kind::said;
    std::optional<channel::Report::Fate> fate; ///< it reports what became of message `of`
    std::string id;                            ///< the program's own; may be empty
    std::string from;                          ///< an account as written; may be empty
    std::string called;
    bool vouched = true; ///< false: the program does not know who that is
    std::optional<channel::Destination> to;
    std::string of;
    std::string replies_to;
    std::string text;
    std::string detail; ///< of a report
    std::vector<channel::File> files;
    bool automatic = false;
    model::Passed passed;
    UnixTime sent_at = 0; ///< 0: not said
};

/// One JSON object, as README.md has it; nothing unknown in it. codec.*, number.* with the path.
Result<Incoming> parse_incoming(std::string_view body);
} // namespace dmid::channels::webhook
