// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

namespace dmid::seal
{
/// Bits of work that an event proves (NIP-13): the target that its one `nonce` tag commits to, where the id
/// has at least as many leading zero bits; 0 otherwise. More zeros than committed count for nothing: they
/// were luck.
unsigned work_of(const Event& event) noexcept;

/// Appends a `nonce` tag and counts it up from `start` until the id has `bits` leading zeros (1 to 32), at
/// most `tries` times. Gives how many tries it took, about 2^bits at one or two microseconds each.
/// message.work-unfinished when they are used up: go on from start + tries; the body is then as before.
/// body.pubkey and all else must be final; codec.range for other bits.
Result<std::uint64_t> mine(EventBody& body, unsigned bits, std::uint64_t start, std::uint64_t tries);
} // namespace dmid::seal
