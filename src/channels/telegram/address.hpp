// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::telegram
{
/// The largest id of a user: the Bot API promises at most 52 significant bits (User.id).
inline constexpr std::int64_t kMaxUserId = (std::int64_t{1} << 52U) - 1;

/// A user's numeric id, which is also the id of their conversation with the bot. Canonical decimal digits
/// alone: a username can be given to somebody else tomorrow, so it is no address. channel.address-invalid.
Result<std::int64_t> parse_user_id(std::string_view text);

/// A message's id inside its conversation, as Attempt::known_as and ChatLine::native_id write it; nothing for
/// any other text.
std::optional<std::int64_t> parse_message_id(std::string_view text);
} // namespace dmid::channels::telegram
