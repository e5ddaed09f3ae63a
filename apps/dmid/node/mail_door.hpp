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
