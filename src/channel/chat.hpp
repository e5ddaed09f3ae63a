// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/letter.hpp"

#include <optional>
#include <string>
#include <vector>

/// Platforms where one account of the node speaks for all its numbers: SMS, Telegram, WhatsApp, Signal, XMPP.
/// A channel reads its platform's updates into lines and knows nothing of numbers, threads or owners.
namespace dmid::channel
{
/// What somebody said to the node's account in a conversation of two.
struct ChatLine
{
    enum class Kind : std::uint8_t
    {
        said,
        edited,     ///< `text` and `files` are what message `of` says now
        taken_back, ///< message `of` is gone there
        reacted,    ///< `text` is the emoji that was put to message `of`; empty: it was taken off
    };
    Kind kind = Kind::said;
    std::string channel; ///< its name
    std::string account; ///< who says it, as Channel::parse_address() writes it
    bool proven = true;  ///< the platform vouches for the account; false: anybody could have set it (SMS)
    std::string called;  ///< how they call themselves: a claim, one line, may be empty
    /// The number that the address itself named, where the platform gives each number its own (XMPP).
    std::optional<Destination> to;
    std::string native_id; ///< the platform's id of it, unique with channel and account; empty: none
    std::string of;        ///< with edited, taken_back and reacted: that message's id
    std::string answers;   ///< the message that it answers, theirs or the node's; empty: none
    std::string text;      ///< UTF-8, at most model::kMaxText
    std::vector<File> files;
    std::string lost;       ///< in words, what the channel could not carry over; empty: nothing
    bool automatic = false; ///< made by a program: nothing is said in return
    UnixTime sent_at = 0;   ///< by the platform's word
    std::string source;     ///< whom to count it against
    model::Passed passed;   ///< the marks that it brings of the numbers that it passed
};
} // namespace dmid::channel
