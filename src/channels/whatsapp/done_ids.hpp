// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace dmid::channels::whatsapp
{
/// Messages that are done with, or being worked on: Meta repeats a request while the first is still under
/// way, and for seven days where one thing in it had to wait. In memory alone; thread-safe; the newest 4096.
class DoneIds
{
public:
    enum class State : std::uint8_t
    {
        begun, ///< it is the caller's now: end() follows
        busy,  ///< somebody else works on it
        done,
    };

    State begin(const std::string& id)
    {
        const std::lock_guard lock{mutex_};
        if (done_.count(id) != 0)
            return State::done;
        return busy_.insert(id).second ? State::begun : State::busy;
    }
    void end(const std::string& id, bool done)
    {
        const std::lock_guard lock{mutex_};
        busy_.erase(id);
        if (done && done_.insert(id).second)
            order_.push_back(id);
        for (; order_.size() > kMost; order_.pop_front())
            done_.erase(order_.front());
    }

    /// Ends what was begun, also where the request is cancelled.
    class Work
    {
    public:
        Work(DoneIds& ids, std::string id)
            : ids_{ids}
            , id_{std::move(id)}
        {
        }
        ~Work() { ids_.end(id_, done_); }
        Work(const Work&) = delete;
        Work& operator=(const Work&) = delete;
        void finish(bool done) { done_ = done; }

    private:
        DoneIds& ids_;
        std::string id_;
        bool done_ = false;
    };

private:
    static constexpr std::size_t kMost = 4096;
    std::mutex mutex_;
    std::set<std::string> busy_;
    std::set<std::string> done_;
    std::deque<std::string> order_;
};
} // namespace dmid::channels::whatsapp
