// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/envelope.hpp"
#include "model/party.hpp"
#include "model/passed.hpp"
#include "store/types.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the flow writes into a mailbox's log. Kinds and keys are stored, so their numbers never change.
/// Every meta is canonical DAG-CBOR; decoding one that this version did not write is store.corrupt.
namespace dmid::gateway
{
enum class Kind : std::uint16_t
{
    arrived = 1,   ///< a message judged at a door; body: the envelope
    outgoing = 2,  ///< what the owner sent; body: the letter
    leg = 3,       ///< one message to one address; body empty
    outcome = 4,   ///< what came of a leg, or of waiting
    consent = 5,   ///< the owner's word about a party
    released = 6,  ///< a held message was judged again; work like an arrived one
    discarded = 7, ///< a held message ended: blocked or expired
    notice = 8,    ///< a control message of another node: a grant or a receipt; body: what it said
    unsent = 9,    ///< what the owner said on a channel and must confirm before it goes out; as `outgoing`
};

/// How a message stands. The order is that of progress; a state never goes back.
enum class State : std::uint8_t
{
    held = 1,      ///< kept as a request
    queued = 2,    ///< has legs under way
    accepted = 3,  ///< a channel's service took it
    delivered = 4, ///< a channel confirmed it
    failed = 5,    ///< every leg failed for good
    expired = 6,
    discarded = 7,
    dropped = 8, ///< judged away; kept for its id only
};
std::string_view name(State state) noexcept;

/// One leg of a verdict: a bound label, when it may start, and how.
struct LegPlan
{
    std::string label;
    std::uint32_t after = 0; ///< seconds; legs with a later start go only if none before succeeded
    bool notice = false;     ///< only a notice goes there
    bool urgent = false;     ///< in quiet hours too
    bool digest = false;     ///< in the next digest, with others; `after` counts from there
    bool operator==(const LegPlan&) const = default;
};

/// What a message does to an earlier one of its conversation.
struct Amends
{
    enum class Kind : std::uint8_t
    {
        edited = 1,     ///< its text and files are what the earlier one says now
        taken_back = 2, ///< its writer wants the earlier one gone; it stays until the owner forgets it
        reacted = 3,    ///< its text is an emoji put to the earlier one; empty: taken off
    };
    Kind kind = Kind::edited;
    Hash32 message;
    bool operator==(const Amends&) const = default;
};

/// `edits`, `takes-back`, `reacts-to`.
std::string_view name(Amends::Kind kind) noexcept;

/// Of an arrived message.
struct Arrived
{
    State state = State::held; ///< held, queued or dropped
    std::uint8_t action = 0;   ///< policy::Action
    std::optional<std::uint32_t> rule;
    std::string reason;           ///< of the verdict, in words, for the owner
    std::uint64_t policy_seq = 0; ///< 0: no policy, everything is a request
    model::Counterparty from;
    model::ClassMask classes = 0;
    std::string door;
    UnixTime received_at = 0;
    std::uint64_t size = 0; ///< bytes that count against the quota
    bool counted = false;   ///< kept, or dropped with the answer of a kept one: counts against the caps
    std::uint8_t work = 0;  ///< bits shown at the door; a later judgement honours them
    std::vector<LegPlan> legs;
    std::vector<std::string> marks; ///< facts about the proof, in words
    std::string lost;               ///< what the channel could not carry over, in words
    bool automatic = false;         ///< a program made it
    /// Of a sender who proved nothing, unproven_share(): what it counts against.
    std::optional<Hash32> share;
    /// Of a message held because the keys of its sender's number changed without a handover: the key that
    /// sealed it. Judged again by itself once that key is trusted.
    std::optional<XOnlyKey> held_key;
    /// Of a sender who proved nothing: who the channel says it is from.
    std::optional<model::Party> claimed;
    std::optional<Hash32> known_as; ///< known_as() of it on the platform that it came by
    std::optional<model::Tail> ext; ///< the purpose tail that it was addressed with, of a platform's account
    std::optional<Amends> amends;
    model::Passed passed; ///< the marks that it brought of the numbers that it passed
};

/// Of what the owner sent, and of what waits unsent.
struct Outgoing
{
    model::Party to;
    Hash32 thread;
    UnixTime sent_at = 0;
    bool control = false;           ///< between nodes; no message that people see
    std::string why;                ///< of an unsent one: what it waits for
    std::optional<Hash32> known_as; ///< known_as() of it on the platform where the owner said it
    std::optional<Amends> amends;
    std::string said_on; ///< the channel where the owner said it; empty: at the node itself
};

/// The body of an outgoing entry.
struct Letter
{
    /// Unsigned kind 14 event as JSON; sealed at each attempt to the key of the day. Empty where it goes out
    /// in the clear.
    std::string rumor;
    std::string text; ///< for threads and channels that carry no seals
    std::string subject;
    std::vector<std::string> answers; ///< in the clear: the reader's own ids of what it answers, newest first
    std::vector<model::Attachment> files;
};

/// Of a leg.
struct LegMeta
{
    Hash32 message; ///< id of the arrived, released or outgoing entry's message
    bool to_owner = true;
    LegPlan plan;        ///< to the owner
    std::string channel; ///< its channel's name
    UnixMillis give_up = 0;
    /// Of a digest, and of a message that waits for one: the moment at which it goes out (seconds).
    UnixTime slot = 0;
};

/// Of an outcome.
struct OutcomeMeta
{
    Hash32 message;
    Hash32 leg;
    State state = State::failed; ///< of this leg: accepted, delivered, failed
    std::string label;           ///< empty for legs to others
    std::string channel;
    std::string detail;    ///< in words
    bool repeated = false; ///< may have arrived twice
    bool reported = false; ///< another server said so afterwards
    UnixTime at = 0;
    std::vector<std::string> known_as; ///< channel::Attempt::known_as
    std::vector<Hash32> names;         ///< known_as() of each, for the view
};

/// The owner's word about a party. Entries merge: the latest wins, and deny wins at the same second.
struct ConsentMeta
{
    model::Counterparty parties;
    bool allow = false;
    bool answered = false; ///< not a decision: the owner wrote to them
    UnixTime at = 0;
};

/// Of released and discarded.
struct RevisedMeta
{
    Hash32 message;
    State state = State::queued; ///< queued, held, discarded, expired, dropped
    std::string reason;
    std::vector<LegPlan> legs;
    UnixTime at = 0;
};

/// NoticeMeta::what.
inline constexpr std::string_view kGrantNotice = "grant";
inline constexpr std::string_view kReceiptNotice = "receipt";

/// Of a notice.
struct NoticeMeta
{
    model::Party from;
    std::string what;         ///< `grant` or `receipt`
    Hash32 message;           ///< of a receipt: our outgoing message
    std::uint8_t receipt = 0; ///< model::ReceiptState
    UnixTime at = 0;
};

Bytes encode(const Arrived& meta);
Bytes encode(const Outgoing& meta);
Bytes encode(const Letter& letter);
Bytes encode(const LegMeta& meta);
Bytes encode(const OutcomeMeta& meta);
Bytes encode(const ConsentMeta& meta);
Bytes encode(const RevisedMeta& meta);
Bytes encode(const NoticeMeta& meta);

Result<Arrived> decode_arrived(ByteView bytes);
Result<Outgoing> decode_outgoing(ByteView bytes);
Result<Letter> decode_letter(ByteView bytes);
Result<LegMeta> decode_leg(ByteView bytes);
Result<OutcomeMeta> decode_outcome(ByteView bytes);
Result<ConsentMeta> decode_consent(ByteView bytes);
Result<RevisedMeta> decode_revised(ByteView bytes);
Result<NoticeMeta> decode_notice(ByteView bytes);

/// The node's own box, of no number: what it remembers of those that it serves, heads, and pins of others.
inline constexpr store::MailboxId kNodeBox{};
/// The window of a charge that counts for good: the last second of the year 9999, so no sweep ever reaches
/// it.
inline constexpr UnixTime kForGood = 253'402'300'799;
/// Of an outcome's words (bytes). What a channel hands on of another side is not trusted to be text.
inline constexpr std::size_t kMaxDetail = 300;

/// The mailbox of an identity, as the store knows it.
store::MailboxId mailbox_of(const model::Identity& identity) noexcept;
/// The work queue of a channel: its own, so that a stuck one delays no other. Queue 0 is the fan-out.
std::uint16_t queue_of(std::string_view channel) noexcept;
inline constexpr std::uint16_t kFanOutQueue = 0;
} // namespace dmid::gateway
