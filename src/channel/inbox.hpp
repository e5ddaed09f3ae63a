// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "channel/chat.hpp"
#include "model/classes.hpp"
#include "net/task.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::channel
{
/// The shapes of a message at a door.
enum class Shape : std::uint8_t
{
    wrap,        ///< a NIP-59 gift wrap, JSON of one kind 1059 event
    signed_text, ///< an EIP-712 message with its signature, JSON
    letter,      ///< what a channel brought and judged the sender of
};

/// A message that stands at a door, nothing of it believed yet.
struct Inbound
{
    std::string door; ///< by which it came: `http`, `nostr`; goes into the verdict log
    std::string
        source; ///< whom to count it against: an address prefix or connection, never a claim of the sender
    Shape shape = Shape::wrap;
    std::string body;             ///< JSON text, within the door's limits; empty with `letter`
    std::optional<Letter> letter; ///< with Shape::letter
};

enum class Yes : std::uint8_t
{
    yes,   ///< durable here; nothing more is promised
    no,    ///< for good
    later, ///< try again
};

/// What the door tells the sender. Whether it was delivered, kept as a request or dropped is not in it.
struct Answer
{
    Yes yes = Yes::later;
    Errc code = Errc::gateway_stopping; ///< meaningless for `yes`
    std::string reason;                 ///< public words; may quote the public terms, never a rule
    unsigned work = 0;            ///< with policy.challenge: the bits of work that suffice, 0 where none do
    model::ClassMask accepts = 0; ///< with policy.challenge: proofs that suffice instead, any one of them
    Hash32 id;                    ///< with `yes`: the envelope's id
    std::string promise;          ///< with `yes`: the node's signed promise, JSON
    bool duplicate = false;       ///< with `yes`: it was here before
};

/// What became of a line of chat, and what to tell them there.
struct Heard
{
    /// yes: durable, or done with: acknowledge it to the platform. no: the same, refused for good. later: do
    /// not acknowledge it, so that the platform brings it again.
    Answer answer;
    /// Words of the node for this person, to be sent by the channel once, as a message of its own and without
    /// retries; empty: say nothing. Never the owner's words, never with `later`.
    std::string say;
};

/// Where doors and channels hand in what they receive. The flow implements it.
class Inbox
{
public:
    virtual ~Inbox() = default;
    /// Returns when the message is durable or refused. Thread-safe; resumes on the caller's executor.
    virtual net::Task<Answer> receive(Inbound message) = 0;

    // For channels that address numbers by themselves; the defaults know nothing and refuse. All are
    // thread-safe and resume on the caller's executor.

    /// Whether something may be handed in for it at all: `no` with gateway.not-served for a number that is
    /// not served here and a token that nobody issued or that expired; `later` where the store fails. A tail
    /// that is not known answers like a known one.
    virtual net::Task<Answer> expects(Destination destination);
    /// What the owner said at an answer address; like receive(). Words that are not proven to be the owner's
    /// are refused, and told to the owner.
    virtual net::Task<Answer> answer(OwnerWords words);
    /// What somebody said to the node's account on a platform: finds out whether it is the owner's answer or
    /// a letter of somebody else, and for which number. The same line again (channel, account, native_id) is
    /// known, and gets the same answer without words.
    virtual net::Task<Heard> hear(ChatLine line);
    /// What became of a message of ours; `yes` when it is written down. A report never causes a message.
    virtual net::Task<Answer> report(Report what);
    /// An address changed hands: nothing is sent to it before its owner proved it anew, and the owner is told
    /// where else they are reached. `yes` when that is written down, also where nobody is bound there; the
    /// same again changes nothing.
    virtual net::Task<Answer> changed_hands(HandsChanged what);
    /// Opens a session with an app password: the account's name for OwnerWords, or crypto.signature-invalid
    /// whatever was wrong. Counts against the source.
    virtual net::Task<Result<std::string>> sign_in(std::string user, std::string password,
                                                   std::string source);
};
} // namespace dmid::channel
