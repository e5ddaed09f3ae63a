// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <map>
#include <mutex>
#include <string>

namespace dmid::gateway
{
/// How one way out fares: a binding's label for the owner's addresses, `to others` for the rest.
struct WayHealth
{
    UnixTime last_success = 0; ///< 0: none since the start
    UnixTime last_failure = 0;
    std::string last_error; ///< the other side's words
    unsigned failures = 0;  ///< in a row
};

/// Failures in a row after which a way counts as dead and raises an alarm.
inline constexpr unsigned kDeadAfter = 5;

/// Of every way, since the start. Thread-safe.
class Health
{
public:
    void success(const std::string& way, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& health = ways_[way];
        health.last_success = now;
        health.failures = 0;
    }
    /// Gives the failures in a row.
    unsigned failure(const std::string& way, std::string words, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& health = ways_[way];
        health.last_failure = now;
        health.last_error = std::move(words);
        return ++health.failures;
    }
    WayHealth of(const std::string& way) const
    {
        const std::lock_guard lock{mutex_};
        const auto found = ways_.find(way);
        return found == ways_.end() ? WayHealth{} : found->second;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, WayHealth> ways_;
};
} // namespace dmid::gateway
