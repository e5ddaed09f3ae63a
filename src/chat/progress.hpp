// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace dmid::chat
{
/// How far a message of several parts had come when an attempt ended, so that the next one repeats nothing
/// that has arrived. In memory alone: after a restart it begins anew. Thread-safe; the newest 1024.
class Progress
{
public:
    struct Done
    {
        std::size_t steps = 0;
        std::vector<std::string> known_as;
    };

    /// What was kept of a leg, which is then forgotten.
    Done take(const Hash32& leg)
    {
        const std::lock_guard lock{mutex_};
        const auto found = done_.find(leg);
        if (found == done_.end())
            return {};
        auto out = std::move(found->second);
        done_.erase(found);
        return out;
    }
    void keep(const Hash32& leg, Done done)
    {
        const std::lock_guard lock{mutex_};
        if (done_.insert_or_assign(leg, std::move(done)).second)
            order_.push_back(leg);
        for (; order_.size() > kMost; order_.pop_front())
            done_.erase(order_.front());
    }

private:
    static constexpr std::size_t kMost = 1024;
    std::mutex mutex_;
    std::map<Hash32, Done> done_;
    std::deque<Hash32> order_; ///< may name some that were taken
};
} // namespace dmid::chat
