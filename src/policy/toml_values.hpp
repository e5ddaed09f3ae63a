// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/policy.hpp"

#include <string>
#include <string_view>

// The small texts inside of a policy's TOML. All errors are policy.value, saying what is expected.
namespace dmid::policy
{
/// `5 per day`, `5 per day each`
Result<Rate> parse_rate(std::string_view text);
std::string to_string(const Rate& rate);

/// `30s`, `10m`, `2h`, `1d`; seconds, at least one
Result<std::uint32_t> parse_duration(std::string_view text);
std::string duration_text(std::uint32_t seconds);

/// A window whose zone is still a name.
struct NamedWindow
{
    Window window;
    std::string zone;
};
/// `mon-fri 09:00-17:30 Europe/Berlin`, `sat,sun UTC`, `daily 22:00-07:00 Europe/Berlin`
Result<NamedWindow> parse_window(std::string_view text);
std::string to_string(const Window& window, std::string_view zone);
/// A moment whose zone is still a name.
struct NamedMoment
{
    Moment moment;
    std::string zone;
};
/// `mon-fri 08:00 Europe/Berlin`, `daily 18:00 UTC`
Result<NamedMoment> parse_moment(std::string_view text);
std::string to_string(const Moment& moment, std::string_view zone);
/// `mon-fri`, `sat,sun`, `daily`
std::string days_text(std::uint8_t days);
/// `09:00`
std::string time_text(unsigned minute);
} // namespace dmid::policy
