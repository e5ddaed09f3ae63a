// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/address.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::channels::signal
{
namespace
{
constexpr std::size_t kUuidSize = 36;
/// What the service writes where it knows no account.
constexpr std::string_view kNobody = "00000000-0000-0000-0000-000000000000";

bool is_dash_place(std::size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<std::uint64_t> parse_timestamp(std::string_view text)
{
    if (text.empty() || text.size() > 16 || text.front() == '0' ||
        !std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_digit(c); }))
        return std::nullopt;
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || out > kMaxTimestamp)
        return std::nullopt;
    return out;
}
} // namespace

Result<std::string> parse_aci(std::string_view text)
{
    auto out = ascii_lower(text.substr(0, kUuidSize + 1));
    bool fits = out.size() == kUuidSize && out != kNobody;
    for (std::size_t at = 0; fits && at < kUuidSize; ++at)
        fits = is_dash_place(at) ? out[at] == '-'
                                 : is_ascii_digit(out[at]) || (out[at] >= 'a' && out[at] <= 'f');
    if (fits)
        return out;
    return fail(
        Errc::channel_address_invalid,
        "a Signal address is the account's UUID, which `signal-cli getUserStatus` shows; phone numbers "
        "change hands");
}

std::optional<std::string> parse_phone(std::string_view text)
{
    std::string out;
    if (text.size() > 32 || !text.starts_with('+'))
        return std::nullopt;
    for (const char c : text)
    {
        if (is_ascii_digit(c) || out.empty())
            out += c;
        else if (c != ' ' && c != '-')
            return std::nullopt;
    }
    if (out.size() < 8 || out.size() > 16 || out[1] == '0')
        return std::nullopt;
    return out;
}

std::string name_of_theirs(std::string_view aci, std::uint64_t timestamp)
{
    return std::string{aci} + ':' + std::to_string(timestamp);
}

std::string name_of_ours(std::uint64_t timestamp)
{
    return std::to_string(timestamp);
}

std::optional<MessageName> parse_message_name(std::string_view text, std::string_view aci)
{
    const auto colon = text.find(':');
    const bool ours = colon == std::string_view::npos;
    if (!ours && text.substr(0, colon) != aci)
        return std::nullopt;
    const auto timestamp = parse_timestamp(ours ? text : text.substr(colon + 1));
    if (!timestamp)
        return std::nullopt;
    return MessageName{ours, *timestamp};
}
} // namespace dmid::channels::signal
