// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "gateway/alarms.hpp"
#include "net/http_types.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace dmid::api
{
/// One thing that a node looks at to know whether it is well. Nothing in it speaks of an owner.
struct Check
{
    std::string name; ///< `chain`, `disk`: fixed words
    bool ok = true;
    std::string words;  ///< for everybody: no labels, numbers, addresses or words of others
    UnixTime since = 0; ///< since when it is as it is
};

/// The checks of a running node. Thread-safe.
class HealthBoard
{
public:
    /// `since` moves only when a check changes between well and not.
    void set(const std::string& name, bool ok, std::string words, UnixTime now)
    {
        const std::lock_guard lock{mutex_};
        auto& check = checks_[name];
        if (check.name.empty() || check.ok != ok)
            check.since = now;
        check.name = name;
        check.ok = ok;
        check.words = std::move(words);
    }
    std::vector<Check> all() const
    {
        const std::lock_guard lock{mutex_};
        std::vector<Check> out;
        for (const auto& [name, check] : checks_)
            out.push_back(check);
        return out;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Check> checks_;
};

/// What /healthz answers: 200, or 503 where something is wrong. Everybody learns of the checks, and of the
/// alarms about the node itself (`store`, `store read`, `config`, `index`); `owner` also of the others, with
/// their words.
net::HttpResponse health_answer(std::vector<Check> checks, const std::vector<gateway::Alarm>& alarms,
                                bool owner);
} // namespace dmid::api
