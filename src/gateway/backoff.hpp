// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace dmid::gateway
{
/// When to try again, after design "Defaults": 10 s · 2^n ± 20 %, at most 1 h.
inline constexpr UnixMillis kFirstRetryMs = 10'000;
inline constexpr UnixMillis kLongestRetryMs = 3'600'000;
/// When to give up.
inline constexpr UnixMillis kGiveUpMs = 48LL * 3'600'000;
inline constexpr UnixMillis kGiveUpMailMs = 5LL * 24 * 3'600'000;

/// The wait before attempt `tried` + 1; `jitter` is any random number.
inline UnixMillis retry_delay(std::uint32_t tried, std::uint64_t jitter)
{
    const auto doubled = kFirstRetryMs << std::min<std::uint32_t>(tried == 0 ? 0 : tried - 1, 20);
    const auto base = std::min(doubled, kLongestRetryMs);
    const auto spread = base * 2 / 5; // ± 20 %
    return base - spread / 2 + static_cast<UnixMillis>(jitter % static_cast<std::uint64_t>(spread + 1));
}
} // namespace dmid::gateway
