// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"
#include "channels/email/address.hpp"

#include <string>

namespace dmid::channels::email
{
/// The Message-ID of a leg, with its angle brackets: the same at every attempt.
std::string message_id(const Hash32& leg, const std::string& domain);
/// The envelope sender of a leg, `b-<26 base32>@domain`: a bounce names the leg by it and nothing else.
std::string bounce_address(const Hash32& leg, const std::string& domain);
/// `r-<26 base32>@domain`, or `noreply@domain` without a token.
std::string reply_address(const std::string& token, const std::string& domain);

/// One RFC 5322 message to the owner's mailbox, with CRLF line ends, unsigned. `to` is the bound mailbox,
/// `domain` the node's, `now` becomes the Date. Pure. All outside words pass one_line() or encode_text(): no
/// header can be injected.
///
/// What comes from the node itself (no proofs and no answer address: binding codes, alarms) is marked
/// Auto-Submitted: auto-generated (RFC 3834); a person's message is not, since a person wrote it.
std::string compose(const channel::Leg& leg, const channel::Outgoing& message, const MailAddress& to,
                    const std::string& domain, UnixTime now);
} // namespace dmid::channels::email
