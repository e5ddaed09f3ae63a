// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/number.hpp"

#include <functional>
#include <mutex>
#include <set>

namespace dmid::gateway
{
/// Numbers of a node without memory: it was restored from a backup, and a newer policy may have been set
/// since. Two things wait, each for its own reason: the policy does not count until a young head of it is
/// found or its owner says so; and no head is signed until every place has answered without a higher one, or
/// its owner said so. Thread-safe.
class PolicyHold
{
public:
    /// Both wait from now on.
    void hold(model::Number number)
    {
        const std::lock_guard lock{mutex_};
        held_.insert(number);
        silent_.insert(number);
    }
    /// The policy does not count.
    bool holds(model::Number number) const
    {
        const std::lock_guard lock{mutex_};
        return held_.contains(number);
    }
    /// No head may be signed.
    bool silent(model::Number number) const
    {
        const std::lock_guard lock{mutex_};
        return silent_.contains(number);
    }
    std::size_t count() const
    {
        const std::lock_guard lock{mutex_};
        return held_.size();
    }
    /// A young head was found: the policy counts. False where it did before.
    bool trust(model::Number number) { return erase(number, true, false); }
    /// Every place has answered: heads may be signed. False where they could before.
    bool let_sign(model::Number number) { return erase(number, false, true); }
    /// The owner has spoken. False where nothing was held.
    bool release(model::Number number) { return erase(number, true, true); }

    /// Called once nothing waits any more, on that thread. Set it before the first message.
    std::function<void()> released;

private:
    bool erase(model::Number number, bool held, bool silent)
    {
        bool any = false;
        bool last = false;
        {
            const std::lock_guard lock{mutex_};
            const bool was_held = held && held_.erase(number) > 0;
            const bool was_silent = silent && silent_.erase(number) > 0;
            any = was_held || was_silent;
            last = any && held_.empty() && silent_.empty();
        }
        if (last && released)
            released();
        return any;
    }

    mutable std::mutex mutex_;
    std::set<model::Number> held_;
    std::set<model::Number> silent_;
};
} // namespace dmid::gateway
