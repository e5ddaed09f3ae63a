// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::signal
{
/// The id of an account (ACI): a UUID, canonical in lower case. It stays when the phone number changes; a
/// number can belong to somebody else tomorrow, so it is no address. channel.address-invalid.
Result<std::string> parse_aci(std::string_view text);

/// `+49 151 234-567` as `+49151234567`: a plus and 7 to 15 digits (E.164), blanks and dashes left out;
/// nothing for any other text.
std::optional<std::string> parse_phone(std::string_view text);

/// The largest timestamp that is taken for one: milliseconds since 1970, exact in a double as well.
inline constexpr std::uint64_t kMaxTimestamp = (std::uint64_t{1} << 53U) - 1;

/// Signal names a message by its author and the millisecond in which it was sent. In a conversation of two,
/// `<aci>:<timestamp>` is theirs and `<timestamp>` ours: Attempt::known_as and ChatLine ids.
struct MessageName
{
    bool ours = false;
    std::uint64_t timestamp = 0;
};
std::string name_of_theirs(std::string_view aci, std::uint64_t timestamp);
std::string name_of_ours(std::uint64_t timestamp);
/// Nothing for any other text, and for a message of somebody else than `aci`.
std::optional<MessageName> parse_message_name(std::string_view text, std::string_view aci);
} // namespace dmid::channels::signal
