// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"

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
};

/// The append that sends a letter: the letter with its work, and that the owner wrote to this party. Issues a
/// ticket to numbers. Blocks on the store. message.too-large, codec.utf8.
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

/// The owner's word about parties, as a log entry.
store::Entry consent_entry(const Served& served, const model::Counterparty& parties, Consent what,
                           UnixTime now);
} // namespace dmid::gateway
