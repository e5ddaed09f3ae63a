// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/address.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace dmid::channels::telegram
{
namespace
{
std::optional<std::int64_t> canonical_decimal(std::string_view text, std::int64_t max)
{
    if (text.empty() || text.size() > 16 || text.front() == '0' ||
        !std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_digit(c); }))
        return std::nullopt;
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || out > max)
        return std::nullopt;
    return out;
}
} // namespace

Result<std::int64_t> parse_user_id(std::string_view text)
{
    if (const auto id = canonical_decimal(text, kMaxUserId))
        return *id;
    return fail(Errc::channel_address_invalid,
                "a Telegram address is the user's numeric id; usernames change hands");
}

std::optional<std::int64_t> parse_message_id(std::string_view text)
{
    return canonical_decimal(text, std::numeric_limits<std::int32_t>::max());
}
} // namespace dmid::channels::telegram
