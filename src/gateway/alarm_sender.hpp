// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

/// Alarms reach the owner where they are: on a bound way that is not itself what the alarm is about.
namespace dmid::gateway
{
/// What lasted shorter is not worth a message (seconds).
inline constexpr UnixTime kAlarmPatience = 60;

/// Sends each alarm that has lasted for a minute over the first of the owner's ways that takes it: at most
/// once an hour for each, and over none that has an alarm of its own. A sending that fails raises nothing, so
/// no alarm is ever about one. Gives how many went out.
net::Task<std::size_t> send_alarms(Context& context);
} // namespace dmid::gateway
