// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "channel/channel.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>

namespace dmid::channels::email
{
enum class SmtpTls : std::uint8_t
{
    starttls, ///< plain first, and nothing but STARTTLS before the upgrade (RFC 3207)
    implicit, ///< from the first byte on (RFC 8314)
    none,     ///< loopback only
};

/// The submission server and how to speak to it.
struct SmtpServer
{
    std::string host;
    std::uint16_t port = 587;
    SmtpTls tls = SmtpTls::starttls;
    net::TlsContextPtr tls_context;
    std::string user;     ///< empty: no authentication
    std::string password; ///< never shown in any error
    std::string hello;    ///< our name for EHLO
};

/// One message to one recipient.
struct SmtpMessage
{
    std::string from; ///< envelope sender
    std::string to;
    std::string data;  ///< RFC 5322 with CRLF, before dot-stuffing
    bool utf8 = false; ///< needs SMTPUTF8
};

class SmtpPool;

/// Hands messages to one submission server (RFC 6409). A connection that went well is kept for the next
/// message, a few seconds and for one context alone; QUIT ends it. Thread-safe but for its end.
class SmtpClient
{
public:
    /// Servers wait minutes for the next command, busy ones ten seconds: we go well before.
    static constexpr net::Millis kKeptFor{5'000};

    SmtpClient(SmtpServer server, net::Dialer dialer, net::Millis kept_for = kKeptFor);
    /// Closes what is still kept. Nothing may be under way, and the contexts of kept connections must not
    /// run.
    ~SmtpClient();
    SmtpClient(const SmtpClient&) = delete;
    SmtpClient& operator=(const SmtpClient&) = delete;

    /// One submission, over by `deadline`.
    ///
    /// accepted     2xx after the final dot; remote_id is the server's line
    /// refused      5xx to MAIL, RCPT, DATA or the message; too large for SIZE; no SMTPUTF8 for a UTF-8
    /// address deferred     4xx to any of them, or 421 unreachable  everything before: no connection, no TLS
    /// where it is demanded, no authentication, a greeting
    ///              that is no 2xx, garbage, or an end before the final dot was sent
    /// uncertain    the final dot went out and no whole reply came back
    ///
    /// A kept connection that the server has ended, or ends with 421 before the final dot, is replaced by a
    /// new one, once. The recipient's address does not appear in `detail`.
    net::Task<channel::Attempt> submit(SmtpMessage message, net::Deadline deadline);

    /// Keeps no connection from now on, and says QUIT on those that are kept: waits for that, a second at
    /// most. Thread-safe, may be called twice; not on a thread that drives a kept connection.
    void stop();

private:
    SmtpServer server_;
    net::Dialer dialer_;
    std::shared_ptr<SmtpPool> pool_;
};
} // namespace dmid::channels::email
