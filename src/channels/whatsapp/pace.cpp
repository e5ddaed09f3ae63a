// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/pace.hpp"

#include <algorithm>

namespace dmid::channels::whatsapp
{
namespace
{
/// People that are remembered before the past ones are looked for and dropped.
constexpr std::size_t kSweepFrom = 1024;
} // namespace

Pace::Slot Pace::take(const std::string& account, net::Deadline now, net::Deadline until)
{
    const std::lock_guard lock{mutex_};
    const auto in_all = std::max(now, next_in_all_);
    Slot slot{in_all};
    auto due = now;
    if (const auto found = due_.find(account); found != due_.end())
        due = std::max(due, found->second);
    const auto ahead = limits_.for_one * (std::max(limits_.burst, 1U) - 1);
    slot.at = std::max(slot.at, due - ahead);
    if (const auto found = held_.find(account); found != held_.end())
        slot.at = std::max(slot.at, found->second);
    slot.granted = slot.at < until;
    if (slot.granted)
    {
        // From its own turn, not from the person's: one with a long queue delays nobody else.
        next_in_all_ = in_all + limits_.in_all;
        due_[account] = std::max(due, slot.at) + limits_.for_one;
        if (due_.size() > kSweepFrom)
            forget_old(now);
    }
    return slot;
}

void Pace::hold(const std::string& account, net::Deadline now, net::Deadline until)
{
    const std::lock_guard lock{mutex_};
    forget_old(now);
    held_[account] = std::max(held_[account], until);
}

void Pace::hold_all(net::Deadline until)
{
    const std::lock_guard lock{mutex_};
    next_in_all_ = std::max(next_in_all_, until);
}

void Pace::forget_old(net::Deadline now)
{
    const auto past = [now](const auto& entry) { return entry.second <= now; };
    std::erase_if(due_, past);
    std::erase_if(held_, past);
}
} // namespace dmid::channels::whatsapp
