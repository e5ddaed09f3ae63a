// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/door.hpp"
#include "config/config.hpp"
#include "net/dns.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace dmid::node
{
/// The mail door with all that it needs, as [mail] says.
class MailDoor
{
public:
    /// Listens at once. Nothing when [mail] names no domain. `url`: of the node, for links. The pool, inbox
    /// and clock must outlive it. net.bind, net.tls, config.value, config.unreadable, store.io.
    static Result<std::unique_ptr<MailDoor>> open(const config::Mail& mail, const std::string& url,
                                                  const std::filesystem::path& state, net::IoPool& pool,
                                                  channel::Inbox& inbox, const Clock& clock,
                                                  std::shared_ptr<net::Dns> dns);
    ~MailDoor();
    /// Takes nothing more in, and lets what is being judged end. Blocks; not on a pool thread.
    void stop();
    std::size_t connections() const;
    /// Reads the certificate and its key again, for connections from now on; nothing happens where the door
    /// began without one. net.tls, and then the former one stays.
    Result<> renew_certificate(const config::Mail& mail);
    /// `127.0.0.1:8325`; empty where it does not listen.
    const std::string& smtp() const noexcept { return smtp_; }
    const std::string& lmtp() const noexcept { return lmtp_; }

private:
    struct Impl;
    MailDoor();
    std::unique_ptr<Impl> impl_;
    std::string smtp_;
    std::string lmtp_;
};
} // namespace dmid::node
