// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/door_mail.hpp"
#include "channels/email/smtp_content.hpp"
#include "net/io_pool.hpp"
#include "net/tls.hpp"

#include <memory>
#include <string>

namespace dmid::channels::email
{
struct DoorOptions
{
    std::string domain;         ///< numbers and tokens of this domain are ours; lower case
    std::string host;           ///< our name in the greeting; empty: the domain
    std::string url;            ///< of the node, for the link in a refusal: `https://…`; empty: no link
    net::TlsContextPtr tls;     ///< empty: no STARTTLS, and nobody signs in
    bool auth_in_clear = false; ///< signing in without TLS; for tests on loopback
    ContentLimits content;

    /// Where they are all in use, the source with the most gives one up (421) to a source with fewer.
    std::size_t max_connections = 1000;
    std::size_t max_per_source = 50; ///< SMTP only: behind LMTP all come from one
    /// For each command (RFC 5321 §4.5.3.2.7 asks for five minutes).
    net::Millis command_timeout{300'000};
    /// The same when three quarters of max_connections are in use.
    net::Millis busy_timeout{10'000};
    /// Between two pieces of a message (RFC 5321 §4.5.3.2.5).
    net::Millis block_timeout{180'000};
    /// For a whole message, or one chunk.
    net::Millis message_timeout{600'000};
    /// For a connection, whatever happens on it.
    net::Millis connection_timeout{3'600'000};
    net::Millis handshake_timeout{30'000};
    net::Millis write_timeout{60'000};
    /// For messages that are being judged when stop() is called.
    net::Millis stop_grace{5'000};
};

/// Where mail comes in, by SMTP and by LMTP from a mail server in front (see README.md). Refuses inside the
/// dialogue, with the reason; what it answered 250 to is durable.
class SmtpDoor
{
public:
    /// All of them must outlive it.
    SmtpDoor(net::IoPool& pool, channel::Inbox& inbox, Intake& intake, SpoolFolder& spool,
             DoorOptions options);
    /// As stop(), without grace.
    ~SmtpDoor();
    SmtpDoor(const SmtpDoor&) = delete;
    SmtpDoor& operator=(const SmtpDoor&) = delete;

    /// Listens on an IP address; port 0 takes a free one. Returns the port. net.bind.
    Result<std::uint16_t> listen_smtp(const std::string& address, std::uint16_t port);
    /// The same for LMTP. Only mail servers of ours may reach it: it believes XFORWARD.
    Result<std::uint16_t> listen_lmtp(const std::string& address, std::uint16_t port);

    /// Accepts no more, lets messages under judgement end within the grace, then cuts. Blocks; not on a pool
    /// thread.
    void stop();
    std::size_t connections() const;
    /// Another certificate for connections that begin TLS from now on. Thread-safe; only where there was one.
    void renew_tls(net::TlsContextPtr tls);

    struct Impl;

private:
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::channels::email
