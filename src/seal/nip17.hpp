// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

#include <optional>

/// Private messages (NIP-17): what may stand in a seal, and the receiver's rules.
namespace dmid::seal
{
inline constexpr std::uint32_t kKindReaction = 7;
inline constexpr std::uint32_t kKindText = 14;
inline constexpr std::uint32_t kKindFile = 15;
/// The list of relays where a key takes its private messages.
inline constexpr std::uint32_t kKindInboxRelays = 10050;

/// A wrap that was opened and held to every rule of docs/protocol/envelope.md.
struct Opened
{
    Rumor rumor;
    XOnlyKey seal_key{}; ///< the author: the seal's key, which is the rumor's
    Hash32 wrap_id{};
    Hash32 seal_id{};
    XOnlyKey wrap_key{}; ///< the one-time key
    bool group = false;  ///< the rumor names more than one reader; never answered by itself
};

/// Verifies and opens a wrap with the inbox key that its `p` tag names. What is looked at, in this order:
/// message.kind, message.recipient         outside, as wrap_recipient()
/// message.id-mismatch, message.signature  the wrap itself
/// message.cannot-open                     not encrypted to this key, or damaged
/// message.nested                          a wrap inside, in place of the seal or of the rumor
/// message.seal-invalid                    not an event, not of kind 13, with tags, wrong id or signature, or
/// its
///                                         content does not decrypt
/// message.event-invalid, .id-mismatch     the rumor
/// message.seal-forged                     the rumor names another author than the seal
/// message.kind                            the rumor is not of kind 14, 15 or 7
/// Where one code stands for another, that one is in the context.
Result<Opened> open_wrap(const Event& wrap, const Secret32& inbox);
/// The same for a wrap that verify() has passed already; half as much work for a node whose door verifies.
Result<Opened> open_verified_wrap(const Event& wrap, const Secret32& inbox);

/// A rumor of kind 14 to one reader, as stock clients write it: a `p` tag, an `e` tag for what it answers.
Rumor make_text(const XOnlyKey& author, const XOnlyKey& reader, UnixTime created_at, std::string text,
                const std::optional<Hash32>& answers = std::nullopt);

/// The time to show: what the author claims, but never after `received` and never before 1970.
UnixTime clamp_time(UnixTime claimed, UnixTime received) noexcept;
} // namespace dmid::seal
