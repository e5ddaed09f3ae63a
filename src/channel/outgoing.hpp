// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "channel/letter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channel
{
/// One message to one address on one channel. It keeps its id over all attempts.
struct Leg
{
    Hash32 id;                       ///< whatever the service deduplicates by is derived from this
    std::string address;             ///< canonical, as Channel::parse_address gave it
    std::vector<std::string> routes; ///< URLs where the address is reached at present, best first; empty
                                     ///< where the address says it all
    std::string report_token;        ///< 26 letters of base32: reports about this leg come back to it
    unsigned attempt = 0;            ///< 0 at the first
    bool repeated = false;           ///< an earlier attempt may have arrived: mark it, same ids
    UnixMillis deadline = 0;         ///< of this attempt
};

/// The sealed form of a message, for channels that carry seals (NIP-59). Sealed once; wrapped anew at each
/// attempt.
struct Sealed
{
    std::string seal;               ///< the kind 13 event as JSON
    XOnlyKey recipient;             ///< whose key the wrap is for
    std::uint64_t number = 0;       ///< the recipient's number, 0 where it has none
    std::optional<Secret32> ticket; ///< what the recipient issued to us
    unsigned work = 0;              ///< bits of work to bring at once
    UnixTime keep_until = 0;        ///< relays may drop the wrap then; 0 for never
};

/// What is done to a message that was sent before.
struct Amendment
{
    enum class Kind : std::uint8_t
    {
        edited,     ///< Outgoing::text is what it says now
        taken_back, ///< whoever wrote it wants it gone
        reacted,    ///< Outgoing::text is the emoji; empty: no reaction any more
    };
    Kind kind = Kind::edited;
    std::vector<std::string> known_as; ///< that message at this address: Attempt::known_as, or its native id
};

/// What is said, in every form that a channel could need. Each channel takes the richest that it carries.
struct Outgoing
{
    /// Whom it goes to. The owner reads who wrote and how that was proven; others read the owner's words,
    /// from the number, and nothing that the node knows besides.
    bool to_owner = true;
    std::string number;              ///< the owner's number in fours
    std::string sender;              ///< who writes, in words: `8345 … (dmid)`, `npub1…`
    std::vector<std::string> proofs; ///< what was proven about the sender, in words
    std::string encryption;          ///< in words, where end-to-end encryption ended
    std::string subject;             ///< may be empty
    std::string text;                ///< UTF-8
    UnixTime sent_at = 0;            ///< by the sender's word
    std::string reply_token; ///< 26 letters of base32 for the answer address; empty where none is possible
    std::vector<Hash32> earlier;      ///< leg ids of this thread on this channel, oldest first, for threading
    bool notice = false;              ///< say only that a message is there
    std::vector<std::string> answers; ///< to others: native ids of theirs that this answers, newest first
    std::vector<File> files;
    /// The message at this address that it answers, by an id that the platform knows; empty: none.
    std::string quotes;
    /// What it does to an earlier message, only where the channel's traits say that it can and the message
    /// stands at this address; otherwise `text` says it in words, and this is empty.
    std::optional<Amendment> amends;
    /// To the owner, on a channel that proves no sender: 8 letters of base32 that an answer must begin with,
    /// good once. Empty elsewhere.
    std::string answer_code;
    /// To the owner: the marks of the numbers that it passed, this one last. Channels that have a field for
    /// them send them along, so that it is known when it comes back.
    model::Passed passed;
    bool made_by_node = false; ///< codes, alarms: marked as automatic where the channel can
    std::optional<Sealed> sealed;
};
} // namespace dmid::channel
