// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"

#include <string>

namespace dmid::channels::webhook
{
/// Bytes of all files of one message, either way: they travel as base64 in JSON.
inline constexpr std::uint64_t kMaxFileBytes = 2'000'000;
inline constexpr std::size_t kMostFiles = 16;
/// Of the body's schema, `version`. Members are only ever added to it.
inline constexpr int kSchema = 1;

/// The id of a leg, the same over all its attempts: `msg_` and base32 of 16 bytes of its own id.
std::string message_id(const Hash32& leg);

/// The body of one POST, JSON (README.md has the schema). `to` is the account that it goes to. Files are read
/// here; those beyond kMaxFileBytes or kMostFiles are named in the text. The errors of reading a file.
Result<std::string> encode_body(const channel::Leg& leg, const std::string& to,
                                const channel::Outgoing& message);
} // namespace dmid::channels::webhook
