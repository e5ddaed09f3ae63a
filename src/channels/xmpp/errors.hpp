// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/xmpp/xml.hpp"

#include <string>
#include <string_view>

namespace dmid::channels::xmpp
{
/// Why a stanza came back (RFC 6120 §8.3).
struct StanzaError
{
    std::string type;      ///< `cancel`, `modify`, `auth`, `wait`; empty where it says none
    std::string condition; ///< `item-not-found` …; `undefined-condition` where it says none
    std::string text;      ///< in words of the other side, printable; may quote addresses
};

/// What the `error` of a stanza says.
StanzaError read_stanza_error(const Element& stanza);

/// What a bounce means for an attempt.
struct Meaning
{
    channel::Outcome outcome = channel::Outcome::refused; ///< refused or deferred
    Errc code = Errc::channel_refused;
    bool address_gone = false; ///< the account does not exist, or no longer
};
Meaning meaning_of(const StanzaError& error);

/// Condition and words for a person, at most 300 bytes; addresses in it are blotted out.
std::string detail_of(const StanzaError& error);

/// A stream error (RFC 6120 §4.9) as an error of ours: channel.auth-failed for a wrong secret,
/// channel.unreachable for a server that stops or has somebody else under this name, channel.refused for one
/// that does not know the name, channel.peer-protocol where it says that we do not speak its language.
Error read_stream_error(const Element& error);

/// The stanza sent back as an error, to whom it came from and from whom it was for. Empty names: the stanza
/// is an error itself, or says not from whom; never answered.
Element error_reply(const Element& stanza, std::string type, std::string condition, std::string words);

/// One line of printable text, at most `limit` bytes of it.
std::string one_line(std::string_view text, std::size_t limit);
} // namespace dmid::channels::xmpp
