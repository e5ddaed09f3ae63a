// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <map>
#include <mutex>
#include <string>

namespace dmid::channels::whatsapp
{
/// Meta's limits (Cloud API, throughput and pair rate limits).
struct PaceLimits
{
    net::Millis for_one{6'000}; ///< one message to a person in this time, in the long run
    unsigned burst = 45;        ///< so many at once, which are waited for afterwards
    net::Millis in_all{13};     ///< 80 messages a second to everybody together
};

/// When the next message may go out, so that the service need not refuse any. Thread-safe; no I/O, no clock
/// of its own.
class Pace
{
public:
    explicit Pace(PaceLimits limits)
        : limits_{limits}
    {
    }

    struct Slot
    {
        net::Deadline at;     ///< when it may go, or could go
        bool granted = false; ///< it is the caller's; false: nothing changed
    };
    /// The next free moment for this person; granted only where it is before `until`.
    Slot take(const std::string& account, net::Deadline now, net::Deadline until);
    /// The service asked to wait: nothing for this person before `until`.
    void hold(const std::string& account, net::Deadline now, net::Deadline until);
    /// The same for everybody.
    void hold_all(net::Deadline until);

private:
    void forget_old(net::Deadline now);

    PaceLimits limits_;
    std::mutex mutex_;
    net::Deadline next_in_all_{};
    /// When all that was sent to a person would have been sent at the long run's pace; those in the future.
    std::map<std::string, net::Deadline> due_;
    std::map<std::string, net::Deadline> held_;
};
} // namespace dmid::channels::whatsapp
