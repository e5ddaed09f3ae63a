// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <map>
#include <mutex>
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
};

/// The alarms of a running node. Thread-safe. They are not kept over a restart: what is still wrong raises
/// them again.
class Alarms
{
public:
    void raise(const std::string& what, std::string words, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& alarm = alarms_[what];
        if (alarm.what.empty())
            alarm.since = now;
        alarm.what = what;
        alarm.words = std::move(words);
    }
    void clear(const std::string& what)
    {
        const std::lock_guard lock{mutex_};
        alarms_.erase(what);
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
    mutable std::mutex mutex_;
    std::map<std::string, Alarm> alarms_;
};
} // namespace dmid::gateway
