// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace dmid::channels::signal
{
/// Each edit of a message has a name of its own at Signal, and apps may answer, change or confirm it by that:
/// what it was called first is what the node knows. In memory alone, the newest 4096: after a restart such an
/// answer names a message that nobody knows. Names as in address.hpp, each in its conversation. Thread-safe.
class Revisions
{
public:
    void keep(const std::string& address, const std::string& revision, const std::string& of)
    {
        const std::lock_guard lock{mutex_};
        const auto found = first_.find(address + '/' + of);
        const auto first = found == first_.end() ? of : found->second;
        if (first == revision)
            return;
        auto key = address + '/' + revision;
        if (first_.insert_or_assign(key, first).second)
            order_.push_back(std::move(key));
        for (; order_.size() > kMost; order_.pop_front())
            first_.erase(order_.front());
    }
    /// The first name of a message; the name itself where it is none of an edit.
    std::string first_of(const std::string& address, const std::string& name) const
    {
        const std::lock_guard lock{mutex_};
        const auto found = first_.find(address + '/' + name);
        return found == first_.end() ? name : found->second;
    }

private:
    static constexpr std::size_t kMost = 4096;
    mutable std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> first_;
    std::deque<std::string> order_;
};
} // namespace dmid::channels::signal
