// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/number.hpp"
#include "seal/event.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

/// Tickets (docs/protocol/ticket.md): what lets a contact through the door without revealing to it who
/// knocks.
namespace dmid::seal
{
using TicketHandle = FixedBytes<16, struct TicketHandleTag>;
using TicketMac = FixedBytes<16, struct TicketMacTag>;

/// Days since 1970-01-01 UTC, rounded down.
using UtcDay = std::int64_t;
UtcDay utc_day(UnixTime time) noexcept;

/// A door holds the keys of this many days before and after the present one.
inline constexpr UtcDay kTicketDays = 3;
inline constexpr std::string_view kTicketTag = "dmid-ticket";

/// k = HMAC(ticket, number ‖ day): the key of one day.
Secret32 ticket_day_key(const Secret32& ticket, model::Number number, UtcDay day) noexcept;
/// HMAC(k, "h")[0:16]: names the day key, and nothing else, to the door.
TicketHandle ticket_handle(const Secret32& day_key) noexcept;
/// HMAC(k, "m" ‖ envelope key)[0:16]: binds it to one envelope. The envelope key is the wrap's one-time
/// public key; elsewhere the hash of the sealed body.
TicketMac ticket_mac(const Secret32& day_key, ByteView envelope_key) noexcept;

/// What a message shows.
struct TicketProof
{
    TicketHandle handle{};
    TicketMac mac{};

    bool operator==(const TicketProof&) const = default;
};
TicketProof ticket_proof(const Secret32& day_key, ByteView envelope_key) noexcept;

/// `["dmid-ticket", handle, mac]`, both in lower-case hex.
Tag ticket_tag(const TicketProof& proof);
/// The wrap's ticket; nothing where it has none. message.event-invalid for more than one or another form.
Result<std::optional<TicketProof>> ticket_of(const EventBody& body);

/// What a door holds of one contact for one day: no name, no ticket.
struct TicketPair
{
    TicketHandle handle{};
    Secret32 key;
    UtcDay day = 0;
    bool sink = false; ///< of a blocked contact: the door answers as before, then the message is dropped
};
/// The pairs of a ticket for the days today-3 to today+3.
std::vector<TicketPair> ticket_pairs(const Secret32& ticket, model::Number number, UtcDay today, bool sink);

/// The pairs that a door holds for one number. Not for concurrent use.
class TicketDoor
{
public:
    /// Adds a pair; one with the same handle is replaced (a pair becomes a sink so).
    void put(const TicketPair& pair);
    /// Removes a pair: the ticket was revoked.
    void remove(const TicketHandle& handle);
    /// Removes the pairs of days outside today ± kTicketDays.
    void keep_days_around(UtcDay today);
    /// The pair whose handle and mac fit, held for today ± kTicketDays; nullptr otherwise. The mac is
    /// compared in constant time, and a handle that is not known costs one mac as well. Lives until the next
    /// change. One use per (handle, envelope key) is for the caller to remember.
    const TicketPair* match(const TicketProof& proof, ByteView envelope_key, UtcDay today) const;
    std::size_t size() const noexcept { return pairs_.size(); }

private:
    std::unordered_map<TicketHandle, TicketPair> pairs_;
};
} // namespace dmid::seal
