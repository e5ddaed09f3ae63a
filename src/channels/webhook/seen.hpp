// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dmid::channels::webhook
{
/// The messages that were taken, by sender and id, and the hash of each request: within the window of its
/// timestamp a signed request that comes again is known, and another one under its id is refused. In memory
/// alone, the newest 4096; behind it the flow remembers ids for good. Thread-safe.
class Seen
{
public:
    enum class State : std::uint8_t
    {
        begun, ///< it is the caller's now: Work ends it
        busy,  ///< somebody else works on it
        known, ///< the same was taken
        other, ///< another one was taken under this id
    };

    /// What was begun, and is ended with this, however the request ends.
    class Work
    {
    public:
        Work(Seen& seen, std::string id, const Hash32& hash)
            : seen_{seen}
            , id_{std::move(id)}
            , hash_{hash}
            , state_{seen_.begin(id_, hash)}
        {
        }
        ~Work()
        {
            if (state_ == State::begun)
                seen_.end(id_, hash_, taken_);
        }
        Work(const Work&) = delete;
        Work& operator=(const Work&) = delete;
        State state() const noexcept { return state_; }
        void taken() noexcept { taken_ = true; }

    private:
        Seen& seen_;
        std::string id_;
        Hash32 hash_;
        State state_;
        bool taken_ = false;
    };

private:
    static constexpr std::size_t kMost = 4096;
    struct Entry
    {
        Hash32 hash;
        bool busy = true;
    };

    State begin(const std::string& id, const Hash32& hash)
    {
        const std::lock_guard lock{mutex_};
        const auto [at, added] = entries_.try_emplace(id, Entry{hash});
        if (added)
            return State::begun;
        if (at->second.busy)
            return State::busy;
        return at->second.hash == hash ? State::known : State::other;
    }
    void end(const std::string& id, const Hash32& hash, bool taken)
    {
        const std::lock_guard lock{mutex_};
        if (!taken)
        {
            entries_.erase(id);
            return;
        }
        entries_[id] = Entry{hash, false};
        order_.push_back(id);
        for (; order_.size() > kMost; order_.pop_front())
            entries_.erase(order_.front());
    }

    std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::deque<std::string> order_;
};
} // namespace dmid::channels::webhook
