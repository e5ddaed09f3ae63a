// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/letter.hpp"
#include "channels/email/mail_in_spool.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What a message says, read from the bytes that came over SMTP. Nothing in it is proven. Blocking and, for
/// 36 MiB, tens of milliseconds long: not for a thread that serves connections. Any thread.
namespace dmid::channels::email
{
inline constexpr std::size_t kMaxAnswers = 8; ///< channel::Letter::answers takes no more
inline constexpr unsigned kMaxDepth = 32;     ///< multiparts inside each other
inline constexpr unsigned kMaxMimeParts = 1000;

/// One mailbox of an address field.
struct Mailbox
{
    std::string name;    ///< UTF-8, one line
    std::string address; ///< canonical (parse_mail_address); empty where it is none that this node takes
};

struct Mail
{
    // The fields of all occurrences, in order: a sound message has one From with one mailbox.
    std::vector<Mailbox> from, sender, reply_to, to, cc;
    unsigned from_fields = 0;         ///< how many From fields there are
    std::string message_id;           ///< without angle brackets; empty where there is none or more than one
    std::vector<std::string> answers; ///< of In-Reply-To and References, newest first, at most kMaxAnswers
    UnixTime sent_at = 0;             ///< 0 where the Date cannot be read
    std::string subject;              ///< UTF-8, one line, at most model::kMaxSubject
    std::string text; ///< UTF-8, LF, at most model::kMaxText: plain preferred, else of the HTML
    std::vector<channel::File> files; ///< read from the spool when somebody asks
    std::string lost;                 ///< in words, what could not be carried over; empty: nothing
    bool automatic = false;           ///< see mail_in_automatic.hpp
    model::Passed passed;             ///< X-Dmid-Passed
    Hash32 content;                   ///< see README.md, "The content hash"
};

/// Reads a whole message. A broken one is read as far as it goes and `lost` says so; errors are store.io and
/// codec.too-deep (over kMaxDepth or kMaxMimeParts). `null_sender`: the envelope's MAIL FROM was <>.
Result<Mail> read_mail(std::shared_ptr<const Spool> spool, bool null_sender);

/// Moves what a letter carries over; the sender and its proofs are the door's part.
void put_into(channel::Letter& letter, Mail&& mail);

/// What the owner said in an answer, fit to leave under the number.
struct Reply
{
    std::string text; ///< the newest text alone, see newest_text.hpp; may be empty where only files came
    std::vector<channel::File>
        files;        ///< cleaned, see media/clean_file.hpp; names without anything like an address
    std::string lost; ///< in words, what was left out: files that cannot be cleaned, cut text; for the owner
    std::string hold; ///< in words, why it must not go out as it is; empty: it may
    std::string message_id;
    bool automatic = false;
};

/// Rebuilds an answer of the owner. `secrets` are addresses that must not leave (the envelope sender, bound
/// ones where they are known), besides all that the message's own header names; the node's `domain` is no
/// secret. Errors as read_mail().
Result<Reply> read_reply(std::shared_ptr<const Spool> spool, bool null_sender, const std::string& domain,
                         std::vector<std::string> secrets);
/// Moves text, files, id, lost, hold and automatic; token and proof are the door's part.
void put_into(channel::OwnerWords& words, Reply&& reply);
} // namespace dmid::channels::email
