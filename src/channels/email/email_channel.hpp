// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/email/smtp_client.hpp"

#include <memory>
#include <string>

namespace dmid::channels::email
{
/// What the configuration's [mail] table says; secrets by file.
struct EmailOptions
{
    std::string host;
    std::uint16_t port = 587;
    SmtpTls tls = SmtpTls::starttls;
    std::string user;
    std::string password_file;
    std::string ca_file;       ///< empty: the system's authorities
    std::string domain;        ///< of our own addresses; SPF, DKIM and the mail exchanger belong to it
    std::string dkim_key_file; ///< empty: mail goes out unsigned
    std::string dkim_selector = "dmid";
    /// Of all files of one message (bytes); the whole message is in memory while it goes out, once.
    std::uint64_t max_file_bytes = 7U << 20U;
};

/// The email channel, outward. Reads the files at once: config.unreadable, config.value, net.tls.
/// Keeps a connection for the next leg, for some seconds: see SmtpClient. stop() ends those.
Result<std::unique_ptr<channel::Channel>> make_email_channel(const EmailOptions& options, const Clock& clock,
                                                             net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::email
