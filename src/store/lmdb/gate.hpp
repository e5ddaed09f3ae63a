// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace dmid::store::lmdb
{
/// Lets readers in and out, and the writer in alone: LMDB may move its map only while nobody reads.
/// Unlike std::shared_mutex, a reader may leave on another thread than it came in on.
class Gate
{
public:
    void enter()
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return !closed_; });
        ++inside_;
    }
    void leave()
    {
        const std::lock_guard lock{mutex_};
        if (--inside_ == 0 && closed_)
            changed_.notify_all();
    }
    /// Runs `work` alone. False, without running it, if readers stay longer than `patience`.
    template <class Work> bool alone(std::chrono::milliseconds patience, Work work)
    {
        std::unique_lock lock{mutex_};
        closed_ = true;
        const bool empty = changed_.wait_for(lock, patience, [this] { return inside_ == 0; });
        if (empty)
            work();
        closed_ = false;
        changed_.notify_all();
        return empty;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    bool closed_ = false;
};
} // namespace dmid::store::lmdb
