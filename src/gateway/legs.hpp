// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

#include <optional>

/// Route, deliver and receipt: what becomes of a message after the door's yes.
namespace dmid::gateway
{
/// The legs of a message as entries, and the item done: one append.
Result<store::Append> plan_fan_out(Context& context, const store::WorkItem& item);

/// Gives an item back after an error of ours, with growing waits.
net::Task<> put_off(Context& context, const store::WorkItem& item, const Error& error);

/// A leg before its attempt, and after it.
struct Prepared
{
    bool ready = false;  ///< there is something to send
    std::string channel; ///< a key of Context::channels, where ready
    channel::Leg leg;
    channel::Outgoing message;
    std::string address; ///< leg.address, for the names that come back: `leg` and `message` are handed over
    std::string answer_code;  ///< message.answer_code, the same
    channel::Attempt attempt; ///< what came of it; where not ready, why not
    bool on_hold = false;     ///< not ready, but waiting for the owner or for time: never given up meanwhile
    UnixMillis look_at = 0;   ///< of one on hold: when to look again; 0: soon
    std::vector<Hash32> together; ///< of a digest: the messages in it
    std::vector<Hash32> apart;    ///< of a digest: those that need it no more
    bool more = false;            ///< of a digest: others wait for another piece of it
    bool superseded = false;      ///< not ready and not needed: an earlier leg did it
    /// Went out before, sealed to keys whose publication is not final yet: kept until it is, told to nobody.
    bool watching = false;
    /// The key that it is sealed to, where the publication of that key is not final: if a reorg takes the
    /// publication away, the letter goes out again, to the key that counts then.
    std::optional<XOnlyKey> unsettled;
    bool again = false; ///< it is that second time
};

/// What to send where, as things stand now.
net::Task<Prepared> prepare_leg(Context& context, const store::WorkItem& item);

/// Writes down what came of it: an outcome and the leg done, or the leg given back for later. Raises and
/// clears alarms.
net::Task<> record_attempt(Context& context, const store::WorkItem& item, Prepared prepared);

/// The served number of a mailbox; null where this node does not serve it any more.
ServedPtr served_by_box(const Context& context, const store::MailboxId& box);

/// What a leg's work state holds between attempts.
struct LegProgress
{
    std::uint32_t finished = 0;        ///< attempts whose end is known
    std::uint32_t failures = 0;        ///< attempts that really went out and failed
    bool uncertain = false;            ///< one of them may have arrived
    bool hold_told = false;            ///< the owner can see that it waits
    std::optional<XOnlyKey> unsettled; ///< it went out to this key; see Prepared
};
Bytes encode(const LegProgress& progress);
LegProgress decode_progress(ByteView bytes) noexcept;
} // namespace dmid::gateway
