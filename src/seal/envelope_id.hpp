// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/identity.hpp"

/// The id that the node computes for an envelope (docs/protocol/envelope.md): SHA-256 with a tag per shape,
/// over the mailbox and what makes the message this message. No door is part of it: one message through two
/// doors is one.
namespace dmid::seal
{
/// A mailbox is that of one identity.
using Mailbox = model::Identity;

/// An opened wrap: the recomputed rumor id and the seal's key.
Hash32 envelope_id_rumor(const Mailbox& mailbox, const Hash32& rumor_id, const XOnlyKey& seal_key) noexcept;
/// A signed clear message: its EIP-712 digest and its signer.
Hash32 envelope_id_signed(const Mailbox& mailbox, const Hash32& digest, const Address& signer) noexcept;
/// A wrap that was not opened; replaced by envelope_id_rumor() once it is.
Hash32 envelope_id_wrap(const Mailbox& mailbox, const Hash32& wrap_id) noexcept;
/// What a channel brought: its name, the sender as the channel authenticated it, the sender's or platform's
/// own message id (or one drawn for this submission), and the hash of the canonical content.
Hash32 envelope_id_channel(const Mailbox& mailbox, std::string_view channel, std::string_view sender,
                           std::string_view message_id, const Hash32& content) noexcept;
} // namespace dmid::seal
