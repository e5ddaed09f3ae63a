// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/views.hpp"

/// Keys and values of the inbox view's rows; shared by the fold and the reader.
namespace dmid::gateway::rows
{
/// What a row is, the byte behind the mailbox in its key.
enum class Tag : std::uint8_t
{
    message = 'M',   ///< + message id → MessageRow
    order = 'P',     ///< + position → message id
    in_thread = 't', ///< + thread + position → message id
    thread = 'T',    ///< + thread → id of the newest message
    held = 'H',      ///< + party key + position → message id
    held_sum = 'h',  ///< + party key or share → HeldSum
    ghost = 'g',     ///< + party key or share + position → time, size: dropped and shrunk, still in the sum
    held_all = 'Q',  ///< → bytes
    contact = 'C',   ///< + party id → ContactRow without the denial
    denied = 'D',    ///< + party id of any epoch → time
    leg = 'L',       ///< + leg id → its message's id: reports name a leg
    known_as = 'n',  ///< + known_as() → its message's id, and the leg's behind it where it went out by one
    talk = 'w',    ///< + party id of a platform's account → Talk: where what it says without a number goes
    digest = 'd',  ///< + label_key() + message id → when the digest goes out that it waits for
    name_of = 'N', ///< + message id + known_as() → nothing: to be taken away with the message
};

Bytes key(const store::MailboxId& box, Tag tag);
Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id);
Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id, const Hash32& other);
Bytes key(const store::MailboxId& box, Tag tag, store::Position position);
Bytes key(const store::MailboxId& box, Tag tag, const Hash32& id, store::Position position);

Bytes encode(const MessageRow& row);
Result<MessageRow> decode_message(ByteView bytes);
Bytes encode(const HeldSum& sum);
HeldSum decode_sum(ByteView bytes) noexcept;
Bytes encode(const ContactRow& row);
ContactRow decode_contact(ByteView bytes) noexcept;
Bytes encode(const Talk& talk);
Talk decode_talk(ByteView bytes) noexcept;
Bytes encode(const NamedMessage& named);
NamedMessage decode_named(ByteView bytes) noexcept;
/// Outcomes that one message's row names, at most; a node that sends receipts without end adds no more.
inline constexpr std::size_t kMaxOutcomes = 256;

/// What counts in the party's sum until a request would have expired.
struct Ghost
{
    UnixTime at = 0;
    std::uint64_t size = 0;
};
Bytes encode(const Ghost& ghost);
Ghost decode_ghost(ByteView bytes) noexcept;
Bytes encode_number(std::uint64_t value);
std::uint64_t decode_number(ByteView bytes) noexcept;
Hash32 decode_id(ByteView bytes) noexcept;
/// The position at the end of a key.
store::Position position_in(ByteView key) noexcept;
} // namespace dmid::gateway::rows
