// SPDX-License-Identifier: Apache-2.0
#include "policy/hours.hpp"

#include <algorithm>

namespace dmid::policy
{
namespace
{
constexpr UnixTime kMinute = 60;
constexpr unsigned kMinutesOfWeek = 7 * 1440;
/// A week, and a day for a change of the clocks.
constexpr UnixTime kAhead = 8 * 86'400;

std::optional<unsigned> minute_in(const Policy& policy, std::uint8_t zone, UnixTime time,
                                  const MinuteOfWeek& zones)
{
    if (zone >= policy.zones.size())
        return std::nullopt;
    const auto& name = policy.zones[zone];
    if (name == "UTC")
        return minute_of_week(time);
    const auto minute = zones ? zones(name, time) : std::nullopt;
    return minute && *minute < kMinutesOfWeek ? std::optional<unsigned>{*minute} : std::nullopt;
}

bool silent(const Policy& policy, const std::vector<Hours>& hours, std::string_view label, UnixTime time,
            const MinuteOfWeek& zones)
{
    for (const auto& each : hours)
    {
        if (!each.label.empty() && each.label != label)
            continue;
        for (const auto& window : each.when)
            if (const auto minute = minute_in(policy, window.zone, time, zones);
                minute && inside(window, *minute))
                return true;
    }
    return false;
}

/// Whether the clock came to, or jumped over, this moment of the week on its way between two minutes.
bool passed(const Moment& moment, unsigned before, unsigned now)
{
    const unsigned went = (now + kMinutesOfWeek - before) % kMinutesOfWeek;
    if (went == 0 || went > kMinutesOfWeek / 2)
        return false; // it stands, or was put back
    for (unsigned day = 0; day < 7; ++day)
        if ((moment.days >> day & 1U) != 0 &&
            (day * 1440 + moment.at + kMinutesOfWeek - before - 1) % kMinutesOfWeek < went)
            return true;
    return false;
}
} // namespace

bool inside(const Window& window, unsigned minute) noexcept
{
    const unsigned day = minute / 1440;
    const unsigned time = minute % 1440;
    const bool today = (window.days >> day & 1U) != 0;
    const bool yesterday = (window.days >> (day + 6) % 7 & 1U) != 0;
    if (window.from < window.to)
        return today && time >= window.from && time < window.to;
    if (window.from == window.to)
        return today;
    return (today && time >= window.from) || (yesterday && time < window.to);
}

std::optional<UnixTime> silent_until(const Policy& policy, std::string_view label, bool urgent, UnixTime now,
                                     const MinuteOfWeek& zones)
{
    const auto at = [&](UnixTime time)
    {
        return silent(policy, policy.off, label, time, zones) ||
               (!urgent && silent(policy, policy.quiet, label, time, zones));
    };
    if (!at(now))
        return std::nullopt;
    // Minute by minute: whatever the clocks do in between is in it.
    auto time = now - now % kMinute + kMinute;
    while (time < now + kAhead && at(time))
        time += kMinute;
    return time;
}

UnixTime next_digest(const Policy& policy, UnixTime now, const MinuteOfWeek& zones)
{
    const auto first = now - now % kMinute + kMinute;
    for (auto time = first; time < now + kAhead; time += kMinute)
        for (const auto& moment : policy.digest)
        {
            const auto before = minute_in(policy, moment.zone, time - kMinute, zones);
            const auto then = minute_in(policy, moment.zone, time, zones);
            if (before && then && passed(moment, *before, *then))
                return time;
        }
    return now;
}
} // namespace dmid::policy
