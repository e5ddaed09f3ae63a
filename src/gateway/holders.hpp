// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

namespace dmid::gateway
{
/// How often it is asked who holds a bound address, where the channel has somebody to ask (seconds): weekly
/// once it is known, daily until then and after a question that failed.
inline constexpr UnixTime kLookAtHolder = 7 * 86'400;
inline constexpr UnixTime kLookAgain = 86'400;
/// Questions of one round, over all numbers: they cost money.
inline constexpr unsigned kMostLooks = 60;

/// Asks for the addresses of a number that are due. The first answer is remembered, as a keyed hash; another
/// one later quarantines the address, and the owner is told. A question that fails says nothing. Takes from
/// `left`; ends at once where that is 0.
net::Task<Result<>> look_at_holders(Context& context, ServedPtr served, unsigned& left);

/// Nothing more goes to this address of the number, under whatever label, before it is proven anew; the owner
/// is told. False where it is not bound there. Blocks on the store.
Result<bool> quarantine(Context& context, const Served& served, const channel::HandsChanged& what);
} // namespace dmid::gateway
