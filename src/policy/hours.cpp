// SPDX-License-Identifier: Apache-2.0
#include "policy/hours.hpp"

#include <string>
#include <vector>

namespace dmid::policy
{
namespace
{
constexpr UnixTime kMinute = 60;
constexpr unsigned kMinutesOfWeek = 7 * 1440;
/// A week, and a day for a change of the clocks.
constexpr UnixTime kAhead = 8 * 86'400;

/// Clocks are changed on a quarter of an hour of UTC, in every zone since 1972: within one they just go on.
constexpr UnixTime kQuarter = 15 * kMinute;

/// The clocks of a policy's zones, each read once for a quarter of an hour: reading a zone's table is most of
/// the work of looking ahead.
class Clocks
{
public:
    Clocks(const Policy& policy, const MinuteOfWeek& zones)
        : policy_{policy}
        , zones_{zones}
        , read_(policy.zones.size())
    {
    }

    /// Nothing where the zone is not known.
    std::optional<unsigned> minute(std::uint8_t zone, UnixTime time)
    {
        if (zone >= read_.size())
            return std::nullopt;
        const auto begin = time - time % kQuarter;
        auto& read = read_[zone];
        if (read.begin != begin)
            read = {begin, minute_at(policy_.zones[zone], begin)};
        if (!read.minute)
            return std::nullopt;
        return (*read.minute + static_cast<unsigned>((time - begin) / kMinute)) % kMinutesOfWeek;
    }

private:
    struct Reading
    {
        UnixTime begin = -1;
        std::optional<unsigned> minute;
    };

    std::optional<unsigned> minute_at(const std::string& name, UnixTime time) const
    {
        if (name == "UTC")
            return minute_of_week(time);
        const auto minute = zones_ ? zones_(name, time) : std::nullopt;
        return minute && *minute < kMinutesOfWeek ? std::optional<unsigned>{*minute} : std::nullopt;
    }

    const Policy& policy_;
    const MinuteOfWeek& zones_;
    std::vector<Reading> read_; ///< the last of each zone
};

bool silent(const std::vector<Hours>& hours, std::string_view label, UnixTime time, Clocks& clocks)
{
    for (const auto& each : hours)
    {
        if (!each.label.empty() && each.label != label)
            continue;
        for (const auto& window : each.when)
            if (const auto minute = clocks.minute(window.zone, time); minute && inside(window, *minute))
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
    Clocks clocks{policy, zones};
    const auto at = [&](UnixTime time) {
        return silent(policy.off, label, time, clocks) ||
               (!urgent && silent(policy.quiet, label, time, clocks));
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
    Clocks clocks{policy, zones};
    const auto first = now - now % kMinute + kMinute;
    for (auto time = first; time < now + kAhead; time += kMinute)
        for (const auto& moment : policy.digest)
        {
            const auto before = clocks.minute(moment.zone, time - kMinute);
            const auto then = clocks.minute(moment.zone, time);
            if (before && then && passed(moment, *before, *then))
                return time;
        }
    return now;
}
} // namespace dmid::policy
