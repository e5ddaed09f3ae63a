// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::node
{
/// The word to whoever started us as a service: sd_notify(3), whose protocol is one datagram of
/// `NAME=value` lines to the unix socket that NOTIFY_SOCKET names. Without it everything here does nothing.
class ServiceManager
{
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    static ServiceManager from_environment();

    /// Sends `state` (`READY=1`). A manager that does not listen is none of our business. From any thread.
    void tell(std::string_view state) const;
    /// `RELOADING=1`, with the time that Type=notify-reload wants; READY=1 ends it.
    void tell_reloading() const;
    /// How often WATCHDOG=1 is expected at least, where it is: half of what ends us.
    std::optional<std::chrono::microseconds> beat() const noexcept { return beat_; }

private:
    std::string socket_; ///< empty: nobody asked
    std::optional<std::chrono::microseconds> beat_;
};
} // namespace dmid::node
