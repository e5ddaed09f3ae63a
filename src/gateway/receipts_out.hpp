// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "model/receipt.hpp"

/// Receipts for senders (docs/protocol/receipt.md): sealed control letters to proven numbers, where the owner
/// allows them.
namespace dmid::gateway
{
/// Adds a letter to the append that tells the sender of this message what became of it. Nothing where the
/// owner does not allow it, the sender is blocked, or is no number whose key is pinned. Blocks on the store.
Result<> add_receipt(Context& context, const Served& served, const Hash32& message, model::ReceiptState state,
                     store::Append& what);
/// Whether the sender of a kept message may learn more of it than `accepted`: by `[[number]] receipts` for
/// all, or by the policy of now for its classes. As if it had not been blocked: what happened before that it
/// goes on seeing. Blocks on the store.
Result<bool> may_learn(const Context& context, const Served& served, const Hash32& message);
} // namespace dmid::gateway
