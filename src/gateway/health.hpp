// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/number.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dmid::gateway
{
/// How many in the hour before now, counted by the minute.
class LastHour
{
public:
    void add(UnixTime now) { ++minutes_[go_to(now)]; }
    std::uint64_t count(UnixTime now)
    {
        go_to(now);
        std::uint64_t sum = 0;
        for (const auto each : minutes_)
            sum += each;
        return sum;
    }

private:
    static constexpr UnixTime kMinutes = 60;
    /// Empties what lies between; a clock that is put back counts into the minute that it shows.
    std::size_t go_to(UnixTime now)
    {
        const auto minute = now / 60;
        for (auto at = std::max(last_ + 1, minute - kMinutes + 1); at <= minute; ++at)
            minutes_[static_cast<std::size_t>(at % kMinutes)] = 0;
        last_ = std::max(last_, minute);
        return static_cast<std::size_t>(minute % kMinutes);
    }
    std::array<std::uint32_t, kMinutes> minutes_{};
    UnixTime last_ = 0;
};

/// How one way out fares: an address of an owner, or a channel as a whole.
struct WayHealth
{
    UnixTime last_success = 0; ///< 0: none since the start
    UnixTime last_failure = 0;
    std::string last_error;     ///< the other side's words
    unsigned failures = 0;      ///< in a row
    std::uint64_t sent = 0;     ///< of a channel: handed over in the last hour
    std::uint64_t received = 0; ///< of a channel: came by it in the last hour
};

/// Failures in a row after which a way counts as dead and raises an alarm.
inline constexpr unsigned kDeadAfter = 5;

/// Of every way, since the start. Thread-safe.
class Health
{
public:
    /// The way to an owner's label. Labels of two owners are two ways.
    static std::string way(const model::Number& number, const std::string& label)
    {
        return number.digits() + ' ' + label;
    }
    /// A channel as a whole, to owners and others.
    static std::string channel(std::string_view name) { return "channel " + std::string{name}; }

    void success(const std::string& way, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& kept = ways_[way];
        kept.health.last_success = now;
        kept.health.failures = 0;
        kept.sent.add(now);
    }
    /// Gives the failures in a row.
    unsigned failure(const std::string& way, std::string words, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& health = ways_[way].health;
        health.last_failure = now;
        health.last_error = std::move(words);
        return ++health.failures;
    }
    void received(const std::string& way, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        ways_[way].received.add(now);
    }
    WayHealth of(const std::string& way, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        const auto found = ways_.find(way);
        if (found == ways_.end())
            return {};
        auto out = found->second.health;
        out.sent = found->second.sent.count(now);
        out.received = found->second.received.count(now);
        return out;
    }

private:
    struct Kept
    {
        WayHealth health;
        LastHour sent;
        LastHour received;
    };
    std::mutex mutex_;
    std::map<std::string, Kept> ways_;
};
} // namespace dmid::gateway
