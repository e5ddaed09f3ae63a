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
/// Without a report token it is made of the leg's id.
std::string bounce_address(const channel::Leg& leg, const std::string& domain);
/// `r-<26 base32>@domain`, or `noreply@domain` without a token.
std::string reply_address(const std::string& token, const std::string& domain);

/// `8312345678901210@domain` for a number as people read it; `noreply@domain` where it has not 16 digits.
std::string number_address(const std::string& number, const std::string& domain);

/// All files of one message together (bytes), where nothing else is configured: in base64 it stays under the
/// 10 MB that many servers take (postfix: message_size_limit).
inline constexpr std::uint64_t kMaxFileBytes = 7U << 20U;

/// One RFC 5322 message with CRLF line ends, unsigned. `to` is the recipient, `domain` the node's, `now`
/// becomes the Date. All outside words pass one_line() or encode_text(): no header can be injected. Blocks
/// only where the files' readers do. channel.too-large where the files are over `most`; what a reader says.
///
/// To the owner: From says who writes, at the answer address; proofs and encryption stand in words in the
/// text and in X-Dmid-Proofs and X-Dmid-Encryption. To others: From is the number, the text is the owner's
/// words and nothing besides. What the node makes itself is marked Auto-Submitted: auto-generated (RFC 3834);
/// a person's message is not, since a person wrote it.
Result<std::string> compose(const channel::Leg& leg, const channel::Outgoing& message, const MailAddress& to,
                            const std::string& domain, UnixTime now, std::uint64_t most = kMaxFileBytes);
} // namespace dmid::channels::email
