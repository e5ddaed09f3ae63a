// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/email/smtp_command.hpp"
#include "channels/email/spool.hpp"

#include <string>
#include <vector>

namespace dmid::channels::email
{
/// A whole message at the door with its envelope, nothing of it believed yet.
struct ArrivedMail
{
    std::string source;    ///< whom to count it against (net::source_of)
    std::string client_ip; ///< of the server that brought it; as the mail server in front says, behind LMTP
    std::string hello;     ///< what it called itself
    SmtpPath from;         ///< the envelope sender
    bool utf8 = false;     ///< SMTPUTF8
    std::string account;   ///< what Inbox::sign_in() gave; empty: nobody signed in
    SpoolFilePtr message;
    std::vector<channel::Destination> to; ///< SMTP: exactly one
};

/// Judges messages and hands them in.
class Intake
{
public:
    virtual ~Intake() = default;
    /// One answer for each destination, in their order; `yes` when the message is durable for it.
    /// Thread-safe; resumes on the caller's executor.
    virtual net::Task<std::vector<channel::Answer>> take(ArrivedMail mail) = 0;
};
} // namespace dmid::channels::email
