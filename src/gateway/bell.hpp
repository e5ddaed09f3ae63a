// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>

namespace dmid::gateway
{
/// Tells whoever listens that something was appended: workers that sleep until work is due, and readers of
/// events. Thread-safe.
class Bell
{
public:
    using Listener = std::function<void()>;

    /// Called on the ringing thread, so it only hands over. Gives what unlisten() takes.
    std::size_t listen(Listener listener)
    {
        const std::lock_guard lock{mutex_};
        listeners_.emplace(++last_, std::move(listener));
        return last_;
    }
    /// After it returns the listener is not called any more.
    void unlisten(std::size_t id)
    {
        const std::lock_guard lock{mutex_};
        listeners_.erase(id);
    }
    void ring()
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, listener] : listeners_)
            listener();
    }

private:
    std::mutex mutex_;
    std::map<std::size_t, Listener> listeners_;
    std::size_t last_ = 0;
};
} // namespace dmid::gateway
