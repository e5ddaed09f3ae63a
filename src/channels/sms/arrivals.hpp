// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/sms/assembly.hpp"
#include "channels/sms/handoff.hpp"
#include "channels/sms/smpp_pdu.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace dmid::channels::sms
{
/// Something that a service delivered and that is to be handed in: a line, or a report.
struct Arrival
{
    std::vector<Ticket> tickets; ///< answers that wait for what becomes of it
    std::optional<channel::ChatLine> line;
    std::optional<Assembly::Whole> whole; ///< with `line`: it came in parts
    SmsAddress ours;                      ///< with `line`: the address that it was sent to
    std::vector<channel::Report> reports; ///< without: one, under each id that it may mean, likeliest first
    unsigned tries = 0;
};

/// Arrivals on their way from the connections' thread to that of run(). Thread-safe; lives in a shared_ptr.
class Arrivals
{
public:
    void push(Arrival arrival)
    {
        const std::lock_guard lock{mutex_};
        while (!takers_.empty())
        {
            const auto taker = std::move(takers_.front());
            takers_.pop_front();
            if (taker->give(arrival))
                return;
        }
        if (!closed_)
            queue_.push_back(std::move(arrival));
    }
    /// The next one; nothing once it is closed.
    static net::Task<std::optional<Arrival>> pop(std::shared_ptr<Arrivals> from)
    {
        std::shared_ptr<Handoff<Arrival>> taker;
        if (auto ready = from->front(taker))
            co_return ready;
        if (!taker)
            co_return std::nullopt;
        co_return co_await Handoff<Arrival>::take(taker, net::Deadline::max());
    }
    /// From now on nothing is taken in or given out. May be called twice.
    void close()
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        queue_.clear();
        for (const auto& taker : takers_)
            taker->end();
        takers_.clear();
    }

private:
    std::optional<Arrival> front(std::shared_ptr<Handoff<Arrival>>& taker)
    {
        const std::lock_guard lock{mutex_};
        if (closed_)
            return std::nullopt;
        if (!queue_.empty())
        {
            auto out = std::move(queue_.front());
            queue_.pop_front();
            return out;
        }
        taker = Handoff<Arrival>::make();
        takers_.push_back(taker);
        return std::nullopt;
    }

    std::mutex mutex_;
    std::deque<Arrival> queue_;
    std::deque<std::shared_ptr<Handoff<Arrival>>> takers_;
    bool closed_ = false;
};
} // namespace dmid::channels::sms
