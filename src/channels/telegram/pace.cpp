// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/pace.hpp"

#include <algorithm>

namespace dmid::channels::telegram
{
namespace
{
/// Chats that are remembered before the past ones are looked for and dropped.
constexpr std::size_t kSweepFrom = 1024;
} // namespace

Pace::Slot Pace::take(std::int64_t chat, net::Deadline now, net::Deadline until)
{
    const std::lock_guard lock{mutex_};
    const auto in_all = std::max(now, next_in_all_);
    Slot slot{in_all};
    if (const auto found = next_.find(chat); found != next_.end())
        slot.at = std::max(slot.at, found->second);
    slot.granted = slot.at < until;
    if (slot.granted)
    {
        // From its own turn, not from the chat's: a chat with a long queue delays nobody else.
        next_in_all_ = in_all + in_all_;
        next_[chat] = slot.at + in_chat_;
        if (next_.size() > kSweepFrom)
            forget_old(now);
    }
    return slot;
}

void Pace::hold(std::int64_t chat, net::Deadline now, net::Deadline until)
{
    const std::lock_guard lock{mutex_};
    forget_old(now);
    next_[chat] = std::max(next_[chat], until);
    held_[chat] = until;
    if (held_.size() > 1)
        next_in_all_ = std::max(next_in_all_, until);
}

void Pace::forget_old(net::Deadline now)
{
    const auto past = [now](const auto& entry) { return entry.second <= now; };
    std::erase_if(next_, past);
    std::erase_if(held_, past);
}
} // namespace dmid::channels::telegram
