// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/classes.hpp"
#include "model/number.hpp"
#include "model/party.hpp"
#include "model/passed.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What channels hand in: letters of others, words of the owner, reports about what the node sent.
namespace dmid::channel
{
/// A file that goes with a message. Its bytes stay where they are until somebody reads them.
struct File
{
    std::string name;       ///< without a path, UTF-8, may be empty; a claim of the sender
    std::string media_type; ///< `image/png`; a claim of the sender
    std::uint64_t size = 0; ///< bytes
    /// Bytes from `offset` on, at most `limit` of them; fewer at the end only. Blocking, any thread; valid as
    /// long as the File is.
    std::function<Result<Bytes>(std::uint64_t offset, std::size_t limit)> read;
};

/// Where a channel's message wants to go.
struct Destination
{
    enum class Kind : std::uint8_t
    {
        number, ///< a served number, maybe with a purpose tail
        reply,  ///< the answer address of one thread: what the owner says
        report, ///< the envelope sender of one leg: what became of it
    };
    Kind kind = Kind::number;
    model::Number number; ///< of `number`
    std::optional<model::Tail> ext;
    std::string token; ///< of `reply` and `report`: 26 letters of base32, lower case
};

/// A message from outside, with what the channel proved about its sender. Nothing in it is believed that is
/// not named as proven.
struct Letter
{
    model::Number number;
    std::optional<model::Tail> ext;
    model::Counterparty from; ///< proven by the channel; empty: nothing
    /// Where nothing is proven: who it says it is from, for the owner's eyes and for an answer there. Never
    /// judged by.
    std::optional<model::Party> claimed;
    model::ClassMask classes = 0;   ///< proven by the channel
    model::ClassMask unknown = 0;   ///< could not be found out (a name server that does not answer)
    std::vector<std::string> marks; ///< facts about the proof for the log, in words: `dnssec`, `arc: …`
    /// Values that prove the sender only once for a number (a DKIM signature): remembered at acceptance. The
    /// identical message again is the same envelope; another message with one of them proves nothing.
    std::vector<Hash32> once;
    std::string native_id;            ///< the sender's or platform's own id of it (a Message-ID); empty: none
    Hash32 content;                   ///< of the canonical content; another one under the same id is an error
    std::vector<std::string> answers; ///< native ids that it answers, newest first, at most 8
    std::string edits;     ///< the sender's own message that it changes; with nothing in it: takes back
    std::string reacts_to; ///< the message that `text`, an emoji, is put to; empty text: no more
    UnixTime sent_at = 0;  ///< by the sender's word
    std::string subject;
    std::string text; ///< UTF-8, at most model::kMaxText
    std::vector<File> files;
    std::string lost;       ///< in words, what the channel could not carry over; empty: nothing
    bool automatic = false; ///< made by a program: nothing is ever sent in return by a program
    model::Passed passed;   ///< the marks that it brings of the numbers that it passed
};

/// What came in at an answer address.
struct OwnerWords
{
    enum class Proof : std::uint8_t
    {
        none,
        signature, ///< the channel proved `address` for this message (email: aligned DKIM)
        session,   ///< the sender's session was opened with an app password; `account` names it
        account,   ///< the platform vouches for `address`, and the words answer a message of the node there
        code,      ///< they carry the single-use code that went to `address` with one message
    };
    std::string token;
    std::string channel; ///< its name
    Proof proof = Proof::none;
    std::string address;      ///< with `signature`, `account`, `code`: the address, canonical
    std::string account;      ///< with `session`: what Inbox::sign_in() gave
    std::vector<Hash32> once; ///< with `signature` and `code`: values that count only once
    std::string native_id;
    std::string text; ///< the newest text alone: no quotes, no signature
    std::vector<File> files;
    std::string lost;       ///< in words, what was left out of it; for the owner
    std::string hold;       ///< in words, why it must not go out before the owner confirms it; empty: it may
    bool automatic = false; ///< never forwarded
    std::string source;     ///< whom to count it against
};

/// What another server says about a message of ours.
struct Report
{
    enum class Fate : std::uint8_t
    {
        delivered,
        delayed,
        failed, ///< for good
        read,   ///< it was opened
    };
    std::string token;    ///< of the leg's envelope sender; empty where `known_as` says it
    std::string channel;  ///< with `known_as`: its name
    std::string account;  ///< with `known_as`: the address that it was sent to, canonical
    std::string known_as; ///< one of the leg's Attempt::known_as
    Fate fate = Fate::failed;
    bool address_gone =
        false;          ///< with `failed`: the address itself does not exist or is closed (5.1.x, 5.2.1)
    std::string detail; ///< its words, printable, ≤ 300 bytes
};

/// The platform says that an address is no longer in the hands that it was in: another account has the phone
/// number now, another key has the account, the account is gone. Whoever was bound there proves it anew.
struct HandsChanged
{
    std::string channel; ///< its name
    std::string account; ///< the address, canonical
    std::string what;    ///< in words for the owner, without a full stop: `its safety number changed`
};
} // namespace dmid::channel
