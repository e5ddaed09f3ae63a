// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The tokens in addresses of ours: 26 letters of base32, 128 bits. The first 48 are the beginning of what
/// the token names, so that it is found without a table; the other 80 are an HMAC under the node key over the
/// whole name, which nobody can guess (each guess costs a delivery attempt). Nothing is stored for them, so
/// they outlive restarts, backups and moves, and cannot fill a disk.
namespace dmid::gateway
{
/// Answer addresses change every 30 days, and are good for the period they were made in and the three behind
/// it: at least 90 days after the last message that carried one.
inline constexpr UnixTime kReplyPeriod = 30 * 24 * 3600;
inline constexpr unsigned kReplyPeriods = 3;

/// Under which an answer belongs to this thread.
std::string reply_token(const Context& context, const store::MailboxId& box, const Hash32& thread);
/// By which reports name this leg. Never expires.
std::string report_token(const Context& context, const store::MailboxId& box, const Hash32& leg);

/// What a token names: the served number, and the thread or leg.
struct Named
{
    ServedPtr served;
    Hash32 id;
};
/// Nothing for a token that nobody issued, that expired, or whose thread was forgotten. Blocks on the store.
Result<std::optional<Named>> find_reply(const Context& context, std::string_view token);
Result<std::optional<Named>> find_report(const Context& context, std::string_view token);
} // namespace dmid::gateway
