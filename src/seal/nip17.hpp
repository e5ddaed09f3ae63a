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

/// Verifies and opens a wrap with one inbox key. In this order:
/// message.kind, message.recipient (as wrap_recipient(), and the `p` is another key than ours),
/// message.id-mismatch and message.signature of the wrap; message.cannot-open (not encrypted to us, or
/// damaged); message.nested (a wrap inside); message.seal-invalid (not an event, not kind 13, with tags, or
/// its id or signature wrong); message.seal-invalid where it does not open; then the rumor:
/// message.event-invalid, message.id-mismatch, message.nested, message.seal-forged (another author than the
/// seal's), message.kind (not 14, 15 or 7). The inner code is in the context where one of ours stands for it.
Result<Opened> open_wrap(const Event& wrap, const Secret32& inbox);
/// The same for a wrap that verify() has passed already.
Result<Opened> open_verified_wrap(const Event& wrap, const Secret32& inbox);

/// A rumor of kind 14 to one reader, as stock clients write it: a `p` tag, an `e` tag for what it answers.
Rumor make_text(const XOnlyKey& author, const XOnlyKey& reader, UnixTime created_at, std::string text,
                const std::optional<Hash32>& answers = std::nullopt);

/// The time to show: what the author claims, but never after `received` and never before 1970.
UnixTime clamp_time(UnixTime claimed, UnixTime received) noexcept;
} // namespace dmid::seal
