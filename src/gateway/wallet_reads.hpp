// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/owner.hpp"

/// What a wallet that signed in may read: the owner's answers to it, and what became of its own messages
/// where the owner lets that be told. Nothing else of a mailbox, and no position in it: positions grow with
/// other people's messages. All of it blocks on the store.
namespace dmid::gateway
{
/// A message of the owner's to the wallet.
struct WalletMessage
{
    Hash32 id;
    std::string text;
    std::string subject;
    UnixTime sent_at = 0;
    std::optional<Amends> amends; ///< what it does to an earlier one
};

/// The owner's messages to this wallet that went on its shelf, oldest first, behind message `after` where it
/// is given: at most `limit`. gateway.no-such-entry where `after` is none of them.
Result<std::vector<WalletMessage>> wallet_messages(const Context& context, const Served& served,
                                                   const Address& wallet, const std::optional<Hash32>& after,
                                                   std::size_t limit);

/// The token by which it is reported that the wallet has read this message; gateway.no-such-entry where it is
/// none of the owner's to this wallet.
Result<std::string> wallet_read_token(const Context& context, const Served& served, const Address& wallet,
                                      const Hash32& message);

/// What a sender may know of a message of its own.
struct WalletReceipt
{
    Hash32 message;
    State state = State::delivered; ///< delivered or failed
    UnixTime at = 0;
};

/// Of the wallet's newest messages, those that were delivered or failed for good; empty where the number does
/// not give receipts to everybody (`[[number]] receipts`). What came after the wallet was blocked is left
/// out, what was told before stays.
Result<std::vector<WalletReceipt>> wallet_receipts(const Context& context, const Served& served,
                                                   const Address& wallet);
} // namespace dmid::gateway
