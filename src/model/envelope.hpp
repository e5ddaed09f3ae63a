// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/attachment.hpp"
#include "model/classes.hpp"
#include "model/party.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A message as the node keeps it, whatever the channel it came by (docs/protocol/envelope.md).
/// Ids of envelopes are computed in seal/envelope_id.hpp.
namespace dmid::model
{
/// The node's id of an envelope.
using EnvelopeId = Hash32;
/// The id by which the writers of messages refer to one: rumor id, EIP-712 digest, or the SHA-256 of a
/// channel's own message id.
using MessageRef = Hash32;

inline constexpr std::size_t kMaxText = 65535; ///< bytes of all text parts together (NIP-44 plaintext)
inline constexpr std::size_t kMaxParts = 32;
inline constexpr std::size_t kMaxSubject = 998;  ///< bytes (RFC 5322 line)
inline constexpr std::size_t kMaxNativeId = 998; ///< bytes (RFC 5322 line)
inline constexpr std::size_t kMaxEnvelope = 128 * 1024;

/// How the message was made.
enum class Shape : std::uint8_t
{
    rumor = 1,       ///< an opened NIP-17 wrap
    signed_text = 2, ///< an EIP-712 message with clear content
    wrap = 3,        ///< a wrap that this node cannot open; it has no parts
    channel = 4,     ///< what a channel brought
};

/// The heaviest thing in a message; policies tell by it. Numbers stand in signed policies.
enum class ContentKind : std::uint8_t
{
    text = 0,
    link = 1,       ///< text with something that programs make clickable
    attachment = 2, ///< anything that is not text
};

struct Text
{
    std::string text; ///< UTF-8
    bool operator==(const Text&) const = default;
};
using Part = std::variant<Text, Attachment>;

struct Envelope
{
    Shape shape = Shape::rumor;
    Identity to;
    std::optional<Tail> ext;
    Counterparty from;     ///< empty: nothing proven
    ClassMask classes = 0; ///< proven at arrival, without contact and answered-before
    MessageRef ref{};
    UnixTime sent_at = 0; ///< the sender's word, clamped by the node
    std::string door;     ///< by which it came: `http`, `nostr`, a channel's name
    std::string subject;
    std::vector<Part> parts;
    std::optional<MessageRef> reply_to;
    std::optional<MessageRef> edits;
    std::optional<MessageRef> reacts_to;
    /// The sender's or platform's own id of it (a Message-ID), for answers on that channel; may be empty.
    std::string native_id;

    bool operator==(const Envelope&) const = default;
};

/// Canonical DAG-CBOR; message.too-large over the limits, message.kind for a combination that has no meaning
/// (a reaction that edits, a wrap with parts).
Result<Bytes> encode_envelope(const Envelope& envelope);
Result<Envelope> decode_envelope(ByteView bytes);

/// The heaviest kind of its parts.
ContentKind content_kind(const Envelope& envelope) noexcept;
/// True where the text holds a URL or what mail programs make into one (`www.`, `scheme://`, `mailto:`).
bool has_link(std::string_view text) noexcept;
/// All text parts, joined by an empty line.
std::string joined_text(const Envelope& envelope);

/// A mailbox is that of one identity: the hash of chain, registry, number and epoch.
Hash32 mailbox_id(const Identity& identity) noexcept;
/// A thread is (number, epoch, ext, counterparty).
Hash32 thread_id(const Identity& identity, std::optional<Tail> ext, const Counterparty& with) noexcept;
/// One leg of an envelope: the label that it goes to and the round (0, or more after a re-evaluation).
Hash32 leg_id(const EnvelopeId& envelope, std::string_view label, std::uint32_t round) noexcept;
} // namespace dmid::model
