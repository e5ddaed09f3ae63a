// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"
#include "tool/invocation.hpp"

#include <map>

namespace dmid::tool
{
/// How far back relays are asked (seconds): wraps are dated up to two days into the past.
inline constexpr UnixTime kRelayWindow = 3 * 24 * 3600;

/// What one relay had.
struct RelayMail
{
    std::vector<seal::Event> wraps; ///< verified, addressed to the keys that were asked for
    std::optional<Error> error;     ///< why there may be more
};

/// Asks a relay for the wraps to these keys since `since`; at most 500, within the deadline of a door. What
/// is not asked for, or does not verify, is dropped.
Result<RelayMail> read_relay(const Invocation& call, const std::string& relay,
                             const std::vector<XOnlyKey>& keys, UnixTime since);
} // namespace dmid::tool
