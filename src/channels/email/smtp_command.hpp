// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/smtp_said.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// A value, or what to tell the client instead.
template <class T> using OrSaid = tl::expected<T, Said>;

/// The path of MAIL or RCPT (RFC 5321 §4.1.2), without the brackets and an obsolete route.
struct SmtpPath
{
    std::string local;  ///< as written; a quoted one with its quotes
    std::string domain; ///< lower case; an address literal with its brackets; empty with `<postmaster>`
    bool utf8 = false;  ///< not all of it is ASCII

    bool null() const noexcept { return local.empty(); }
    std::string text() const { return null() || domain.empty() ? local : local + "@" + domain; }
};

struct MailCommand
{
    SmtpPath from; ///< null() for reports
    std::optional<std::uint64_t> size;
    bool utf8 = false; ///< SMTPUTF8 was asked for
};

/// A command's verb in capitals, and what follows the first blank.
struct SmtpCommand
{
    std::string verb;
    std::string_view rest; ///< of the line
};
SmtpCommand split_command(std::string_view line);

/// `FROM:<path> parameters`: SIZE, BODY, SMTPUTF8, AUTH, and RET and ENVID of RFC 3461, which are checked and
/// not kept. 501 with 5.5.4 (syntax, values) or 5.1.7 (path); 555 for another parameter (RFC 5321 §4.1.1.11);
/// 553 5.6.7 for a path that needs SMTPUTF8 and did not ask for it.
OrSaid<MailCommand> parse_mail(std::string_view rest);
/// `TO:<path> parameters`: NOTIFY and ORCPT, checked and not kept. As parse_mail(), with 5.1.3 for the path.
OrSaid<SmtpPath> parse_rcpt(std::string_view rest, bool utf8);

struct ChunkCommand
{
    std::uint64_t size = 0;
    bool last = false;
};
/// `size [LAST]` of BDAT (RFC 3030 §2).
OrSaid<ChunkCommand> parse_chunk(std::string_view rest);

/// What a mail server in front says about its client (XFORWARD of postfix); empty where it does not know.
struct ForwardedClient
{
    std::optional<std::string> address; ///< an IP address as text
    std::optional<std::string> hello;
};
/// `NAME=value …` with values in xtext (RFC 3461 §4); only ADDR and HELO are kept.
OrSaid<ForwardedClient> parse_forwarded(std::string_view rest);
} // namespace dmid::channels::email
