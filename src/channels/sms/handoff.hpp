// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace dmid::channels::sms
{
/// The waiting half of a Handoff: a coroutine that another thread wakes.
class HandoffWait : public std::enable_shared_from_this<HandoffWait>
{
public:
    /// Ends the waiting without a value. From any thread.
    void end();
    /// Nobody waits any more.
    bool gone() const;

protected:
    /// However the waiting coroutine ends, nobody touches its timer afterwards.
    class Here
    {
    public:
        Here(HandoffWait& wait, boost::asio::steady_timer& timer);
        ~Here();
        Here(const Here&) = delete;
        Here& operator=(const Here&) = delete;

    private:
        HandoffWait& wait_;
    };
    /// Until there is a value or an end, or the deadline passes.
    net::Task<> wait(net::Deadline until);
    /// With the lock held.
    void wake_up();

    mutable std::mutex mutex_;
    bool ready_ = false;
    bool gone_ = false;

private:
    bool is_ready() const;
    void wake();

    net::Executor executor_;
    boost::asio::steady_timer* timer_ = nullptr;
};

/// One value from one thread to a coroutine on another, which may give up waiting: by a deadline, or because
/// it is cancelled (net::on_completion cannot be). Lives in a shared_ptr.
template <class T> class Handoff final : public HandoffWait
{
public:
    /// From any thread. False when somebody gave before, or nobody waits any more.
    bool give(T value)
    {
        const std::lock_guard lock{mutex_};
        if (gone_ || ready_)
            return false;
        value_.emplace(std::move(value));
        ready_ = true;
        wake_up();
        return true;
    }
    /// Waits for the value; nothing at the deadline or at end(). Called once.
    static net::Task<std::optional<T>> take(std::shared_ptr<Handoff> from, net::Deadline until)
    {
        co_await from->wait(until);
        const std::lock_guard lock{from->mutex_};
        co_return std::exchange(from->value_, std::nullopt);
    }
    static std::shared_ptr<Handoff> make() { return std::make_shared<Handoff>(); }

private:
    std::optional<T> value_;
};
} // namespace dmid::channels::sms
