// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::seal
{
/// A Nostr tag: its name, then its values.
using Tag = std::vector<std::string>;

/// Limits of every event that is read or written (docs/protocol/envelope.md).
inline constexpr std::size_t kMaxEventBytes = 65536; ///< of the JSON text
inline constexpr std::size_t kMaxTags = 2000;
inline constexpr std::size_t kMaxTagValues = 64;
inline constexpr std::uint32_t kMaxKind = 65535;

inline constexpr std::uint32_t kKindSeal = 13;
inline constexpr std::uint32_t kKindWrap = 1059;
inline constexpr std::uint32_t kKindEphemeralWrap = 21059;

/// What an event's id covers (NIP-01).
struct EventBody
{
    XOnlyKey pubkey{};
    UnixTime created_at = 0; ///< as its author claims it; 0 to 2^53 - 1
    std::uint32_t kind = 0;
    std::vector<Tag> tags;
    std::string content;

    bool operator==(const EventBody&) const = default;
};

/// A signed event. Parsed is not verified: see verify().
struct Event : EventBody
{
    Hash32 id{};
    SchnorrSignature sig{};

    bool operator==(const Event&) const = default;
};

/// An unsigned event (NIP-59). Its id here is always the recomputed one.
struct Rumor : EventBody
{
    Hash32 id{};

    bool operator==(const Rumor&) const = default;
};

/// The text that an id hashes: [0,pubkey,created_at,kind,tags,content] without white space. Quote, backslash,
/// \b \t \n \f \r are escaped by letter and the other control characters as \u00xx, as all clients do.
std::string canonical_text(const EventBody& body);
/// SHA-256 of canonical_text().
Hash32 event_id(const EventBody& body);

/// Reads one JSON object that is an event; keys that NIP-01 does not know are dropped.
/// message.event-invalid: not JSON, nested too deep, a member missing, twice, of the wrong type or out of
/// range, hex not lower-case or not of the exact length, text not UTF-8, over the tag limits.
/// message.too-large: over kMaxEventBytes. The id and signature are not checked here.
Result<Event> parse_event(std::string_view json);
/// Reads an unsigned event; `sig` may stand there and is ignored, `id` may be missing.
/// As parse_event(), and message.id-mismatch where an id stands there that is not the recomputed one.
Result<Rumor> parse_rumor(std::string_view json);

/// The event as JSON, without white space.
std::string to_json(const Event& event);
std::string to_json(const Rumor& rumor);

/// Succeeds where the id is the hash of the body and the signature is the author's:
/// message.id-mismatch, message.signature.
Result<> verify(const Event& event);

/// Gives the body its id and signs it. `aux` is 32 random bytes (BIP-340). crypto.key-invalid for a bad
/// secret. body.pubkey is set from the secret.
Result<Event> sign_event(EventBody body, const Secret32& secret, const Hash32& aux);

/// The first tag of that name that has at least one value; nullptr if none. Lives as long as the body.
const Tag* find_tag(const EventBody& body, std::string_view name) noexcept;
} // namespace dmid::seal
