// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

namespace dmid::gateway
{
/// An address may have found another holder without anybody saying so: a proof of it is good for so long,
/// then the owner is asked for a new one, and `kAskFor` later nothing more goes there (seconds).
inline constexpr UnixTime kProofLasts = 180 * 86'400;
inline constexpr UnixTime kAskFor = 30 * 86'400;
inline constexpr UnixTime kAskEvery = 7 * 86'400;

/// Asks for new proofs of a number's addresses, and quarantines those that were asked for in vain. An answer
/// that the channel proves is one as good as a code. Blocks on the store.
Result<> look_at_old_proofs(Context& context, const Served& served);
} // namespace dmid::gateway
