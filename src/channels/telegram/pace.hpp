// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <cstdint>
#include <map>
#include <mutex>

namespace dmid::channels::telegram
{
/// When the next message may go out, so that the service need not refuse any (core.telegram.org/bots/faq: one
/// message a second in a chat, about 30 a second in all). Thread-safe; no I/O, no clock of its own.
class Pace
{
public:
    Pace(net::Millis in_chat, net::Millis in_all)
        : in_chat_{in_chat}
        , in_all_{in_all}
    {
    }

    struct Slot
    {
        net::Deadline at;     ///< when it may go, or could go
        bool granted = false; ///< it is the caller's; false: nothing changed
    };
    /// The next free moment for this chat; granted only where it is before `until`.
    Slot take(std::int64_t chat, net::Deadline now, net::Deadline until);
    /// The service asked to wait: nothing for this chat before `until`. Where two chats are held at once it
    /// means the bot: nothing for anybody.
    void hold(std::int64_t chat, net::Deadline now, net::Deadline until);

private:
    void forget_old(net::Deadline now);

    net::Millis in_chat_;
    net::Millis in_all_;
    std::mutex mutex_;
    net::Deadline next_in_all_{};
    std::map<std::int64_t, net::Deadline> next_; ///< by chat, those in the future alone
    std::map<std::int64_t, net::Deadline> held_;
};
} // namespace dmid::channels::telegram
