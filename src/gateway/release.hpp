// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/views.hpp"

/// What becomes of a held message that is judged again.
namespace dmid::gateway
{
/// Held messages of one party that are judged again at once.
inline constexpr std::size_t kMostReleased = 100;

/// Adds to the append what becomes of a held message, judged as of now with what the owner has said of its
/// sender: released, or discarded with a receipt. `accepted`: the owner accepts the sender at this time, who
/// is a contact then, and without a policy the message goes to the inbox. True where it is released.
Result<bool> add_release(Context& context, const Served& served, const store::Stored& stored,
                         ContactRow contact, std::optional<UnixTime> accepted, store::Append& what);
} // namespace dmid::gateway
