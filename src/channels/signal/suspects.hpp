// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace dmid::channels::signal
{
/// Addresses at which a changed safety number was met, until somebody looks into it. At most 10,000; more are
/// met again. Thread-safe.
class Suspects
{
public:
    void add(const std::string& address)
    {
        const std::lock_guard lock{mutex_};
        if (addresses_.size() < 10'000)
            addresses_.insert(address);
    }
    std::set<std::string> take()
    {
        const std::lock_guard lock{mutex_};
        return std::exchange(addresses_, {});
    }

private:
    std::mutex mutex_;
    std::set<std::string> addresses_;
};
} // namespace dmid::channels::signal
