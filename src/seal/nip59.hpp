// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"
#include "seal/ticket.hpp"

#include <optional>

/// Rumor, seal and wrap (NIP-59). All randomness and time are arguments.
namespace dmid::seal
{
/// Seals and wraps are dated up to two days back, so that they tell nobody when the message was written.
inline constexpr std::uint32_t kMaxBack = 2 * 24 * 60 * 60;

/// Fresh randomness for one seal; never used twice.
struct SealRandom
{
    Hash32 nonce{};         ///< NIP-44
    Hash32 aux{};           ///< BIP-340
    std::uint32_t back = 0; ///< seconds, taken modulo kMaxBack
};
/// Fresh randomness for one wrap; never used twice.
struct WrapRandom
{
    Secret32 ephemeral;     ///< the one-time key
    Hash32 nonce{};         ///< NIP-44
    Hash32 aux{};           ///< BIP-340
    std::uint32_t back = 0; ///< seconds, taken modulo kMaxBack
    std::uint64_t work = 0; ///< where the search for work begins
};

/// What a wrap carries outside for the door to judge.
struct WrapExtras
{
    std::optional<Secret32> ticket_day_key =
        std::nullopt;                       ///< of the ticket, for the UTC day of now (ticket_day_key())
    unsigned work_bits = 0;                 ///< NIP-13, 0 for none, at most 32
    std::uint64_t work_tries = 1ULL << 26U; ///< then message.work-unfinished
    /// Relays may drop the wrap from then on (NIP-40), 0 for never. Written as far back as the wrap is dated
    /// back, so that it does not tell when the message was sent either.
    UnixTime keep_until = 0;
};

/// How long a wrap is of use (seconds): an inbox key that was handed over is listened for at least 90 days
/// (docs/protocol/envelope.md), and the date may lie two days back.
inline constexpr UnixTime kKeepWraps = 92 * UnixTime{24 * 60 * 60};

/// An unsigned event of that body, with its id.
Rumor make_rumor(EventBody body);

/// The rumor, signed for one reader: kind 13, no tags. The rumor's author must be the secret's key.
/// crypto.key-invalid; message.seal-forged for another author; message.too-large over 65535 bytes of JSON.
Result<Event> make_seal(const Rumor& rumor, const Secret32& author, const XOnlyKey& reader, UnixTime now,
                        const SealRandom& random);

/// The seal under a one-time key: kind 1059 with one `p` tag. The same seal is wrapped anew (new key, date,
/// work and ticket mac) at every retry. crypto.key-invalid; message.too-large; message.work-unfinished.
Result<Event> make_wrap(const Event& seal, const XOnlyKey& reader, UnixTime now, const WrapRandom& random,
                        const WrapExtras& extras = {});

/// The recipient of a wrap, from outside: its kind is 1059 and it has exactly one `p` tag, a key in
/// lower-case hex. message.kind (also for 21059: what is not stored is not accepted), message.recipient.
Result<XOnlyKey> wrap_recipient(const EventBody& wrap);

/// At the live door a wrap is dated now - 50 h … now + 10 min; message.time otherwise.
Result<> check_wrap_time(const EventBody& wrap, UnixTime now);
} // namespace dmid::seal
