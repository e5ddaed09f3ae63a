// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/number.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::gateway
{
/// Something that the owner should look at. `what` names it once and for all (`channel email`, `policy
/// head`); the words hold no contents, addresses or secrets.
struct Alarm
{
    std::string what;
    std::string words;
    UnixTime since = 0;
    std::optional<model::Number> number; ///< whose matter it is; nothing: the node's
    std::string way;                     ///< the label that it is about: the word goes out on others
    UnixTime until = 0; ///< of something that happened: when it is old news; 0: while it lasts
};

/// What an alarm is about.
struct AlarmScope
{
    std::optional<model::Number> number{};
    std::string way{};
    UnixTime until = 0;
};
/// How long something that happened stays an alarm (seconds).
inline constexpr UnixTime kEventAlarm = 24 * 3600;

/// The alarms of a running node. Thread-safe. They are not kept over a restart: what is still wrong raises
/// them again.
class Alarms
{
public:
    void raise(const std::string& what, std::string words, UnixTime now, AlarmScope scope = {})
    {
        const std::lock_guard lock{mutex_};
        auto& alarm = alarms_[key(what, scope.number)];
        if (alarm.what.empty())
            alarm.since = now;
        alarm.what = what;
        alarm.words = std::move(words);
        alarm.number = scope.number;
        alarm.way = std::move(scope.way);
        alarm.until = scope.until;
    }
    void clear(const std::string& what, std::optional<model::Number> number = std::nullopt)
    {
        const std::lock_guard lock{mutex_};
        alarms_.erase(key(what, number));
    }
    /// Ends those that are old news.
    void lapse(UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(alarms_,
                      [&](const auto& item) { return item.second.until != 0 && item.second.until <= now; });
    }
    std::vector<Alarm> all() const
    {
        const std::lock_guard lock{mutex_};
        std::vector<Alarm> out;
        for (const auto& [what, alarm] : alarms_)
            out.push_back(alarm);
        return out;
    }

private:
    static std::string key(const std::string& what, const std::optional<model::Number>& number)
    {
        return number ? what + '\n' + number->digits() : what;
    }

    mutable std::mutex mutex_;
    std::map<std::string, Alarm> alarms_;
};
} // namespace dmid::gateway
