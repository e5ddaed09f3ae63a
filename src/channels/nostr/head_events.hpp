// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/wire.hpp"
#include "model/identity.hpp"

/// Policy heads as Nostr events (docs/protocol/policy.md): application data of NIP-78, which stock relays
/// store and replace by author and `d` tag. Pure. The event's key says nothing about the head: the head
/// carries its own signature.
namespace dmid::channels::nostr
{
inline constexpr std::uint32_t kKindAppData = 30078; ///< NIP-78
inline constexpr std::size_t kMaxHeadBytes = 1024;   ///< of the head in an event or an answer

/// The `d` tag: `dmid/head/` and the DID.
std::string head_tag(const model::Identity& identity);
/// The event, without key, time and signature.
seal::EventBody head_event(const model::Identity& identity, ByteView head);
/// What asks a relay for it.
Filter head_filter(const model::Identity& identity, std::vector<XOnlyKey> authors);
/// The head that an event carries, not verified: message.kind for another kind or `d` tag; codec.syntax,
/// message.too-large.
Result<Bytes> head_in(const seal::EventBody& event);
} // namespace dmid::channels::nostr
