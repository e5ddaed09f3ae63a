// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/signal/rpc.hpp"

#include <chrono>

namespace dmid::channels::signal
{
/// What the daemon's answer to `send`, `sendReaction` or `remoteDelete` says of one recipient.
struct SendMeaning
{
    channel::Outcome outcome = channel::Outcome::refused;
    Errc code = Errc::channel_refused;
    std::string detail;                       ///< unmasked
    std::optional<std::uint64_t> timestamp;   ///< of what was sent: its name
    std::optional<std::chrono::seconds> wait; ///< of a deferral, where it is named
    bool key_changed = false;                 ///< the person's safety number is not trusted
    bool wants_captcha = false;               ///< Signal wants a proof before more is sent
};
SendMeaning meaning_of_send(const RpcAnswer& answer);
} // namespace dmid::channels::signal
