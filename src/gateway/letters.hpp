// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/owner.hpp"

#include <optional>
#include <string>

namespace dmid::gateway
{
/// Longest text that the owner sends at once (bytes): sealed and wrapped it stays within what relays take.
inline constexpr std::size_t kMaxLetter = 24 * 1024;

/// What the owner writes, before it is addressed.
struct Draft
{
    std::string text;
    std::string subject;
    std::optional<Hash32> answers;  ///< the rumor that it answers
    std::optional<Hash32> thread;   ///< where it belongs; not given: the reader's own, without a tail of ours
    std::optional<model::Tail> ext; ///< the reader's purpose tail that it is addressed with
    bool control = false;           ///< for the reader's node only, never shown
    std::string receipt;            ///< with `control`: a signed receipt in base64url; grants nothing then
    bool grant = true;              ///< a number gets its ticket; false while its keys are not final
    std::vector<std::string> native_ids;  ///< the reader's own ids of what it answers, newest first
    std::vector<model::Attachment> files; ///< a sealed letter gives links to them
    std::optional<Hash32> known_as;       ///< known_as() of it on the platform where the owner said it
    std::optional<Amends> amends;         ///< what it does to an earlier message
    std::string said_on;                  ///< Outgoing::said_on
};

/// The party that the owner writes to, resolved where it is a number.
struct Addressee
{
    model::Party party;
    XOnlyKey key{};                   ///< meaningless where the letter goes out in the clear
    std::optional<model::Tail> ext{}; ///< as the owner wrote it
    bool final = true;                ///< of a number: the block that published its keys is

    /// Nobody's key: a channel carries it as it is.
    bool in_the_clear() const
    {
        return std::holds_alternative<model::EmailAddress>(party) ||
               std::holds_alternative<model::WalletAddress>(party) ||
               std::holds_alternative<model::PlatformAccount>(party);
    }
};

/// A draft with the one whom it goes to.
struct Addressed
{
    Addressee to;
    Draft draft;
};
/// Finds whom a reference means, and fills in thread, subject and references. Errors of resolving;
/// internal.unsupported where no way leads there.
net::Task<Result<Addressed>> address(Context& context, ServedPtr served, Reference to, Draft draft);

/// False where text, subject or a file's name contains one of the owner's own addresses. Blocks on the store.
Result<bool> keeps_mask(const Context& context, const Served& served, const Draft& draft);

/// The append that sends a letter: the letter with its work, and that the owner wrote to this party. Issues a
/// ticket to numbers; a letter in the clear needs no key. Blocks on the store. message.too-large, codec.utf8.
Result<store::Append> write_letter(Context& context, const Served& served, const model::Party& to,
                                   const XOnlyKey& key, Draft draft);

enum class Consent : std::uint8_t
{
    allow,
    deny,
    answered,
};
/// What became of a held message: at most one such entry for each, so the first word stands. Work where
/// meta.state is `queued`.
store::Entry revised_entry(const Hash32& message, const Hash32& thread, Kind kind, RevisedMeta meta);

/// Whether a reference names something that the owner said on a channel and must confirm.
Result<bool> is_unsent(const Context& context, const Served& served, const Reference& reference);
/// Sends it as it stands; files stay behind where the other side takes none. Errors of address().
net::Task<Result<Decided>> send_unsent(Context& context, ServedPtr served, Hash32 id);

/// The owner's word about parties, as a log entry.
store::Entry consent_entry(const Served& served, const model::Counterparty& parties, Consent what,
                           UnixTime now);
} // namespace dmid::gateway
