// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/number.hpp"

#include <functional>
#include <mutex>
#include <set>

namespace dmid::gateway
{
/// Numbers whose policy may be older than one that was set since, because this node was restored from a
/// backup: until its owner says at the socket which policy counts, everything is a request, tickets or not.
/// Thread-safe.
class PolicyHold
{
public:
    void hold(model::Number number)
    {
        const std::lock_guard lock{mutex_};
        held_.insert(number);
    }
    bool holds(model::Number number) const
    {
        const std::lock_guard lock{mutex_};
        return held_.contains(number);
    }
    /// The owner has spoken. False where nothing was held.
    bool release(model::Number number)
    {
        bool last = false;
        {
            const std::lock_guard lock{mutex_};
            if (held_.erase(number) == 0)
                return false;
            last = held_.empty();
        }
        if (last && released)
            released();
        return true;
    }
    /// Called once the last one is released, on that thread. Set it before the first message.
    std::function<void()> released;

private:
    mutable std::mutex mutex_;
    std::set<model::Number> held_;
};
} // namespace dmid::gateway
