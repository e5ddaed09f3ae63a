// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/address_guard.hpp"
#include "net/stream.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dmid::net
{
class Dns;

/// All addresses of a name, before the deadline. Tests put liars here.
using Resolver =
    std::function<Task<Result<std::vector<boost::asio::ip::address>>>(std::string host, Deadline deadline)>;

inline constexpr auto kHostsFile = "/etc/hosts";

/// A and AAAA at once through `dns`, after the names of the hosts(5) file; at most 32 addresses, IPv4 first.
/// Half of the time until the deadline is left for connecting. net.unreachable when the name has no address,
/// or when an answer is bogus; net.timeout.
Resolver dns_resolver(std::shared_ptr<Dns> dns, std::string hosts_file = kHostsFile);

/// The same with a Dns of its own for the process, without configuration: tests, and what only dials
/// addresses.
Resolver system_resolver();

/// The only way out of the node: resolves once, checks every address, and connects to exactly those
/// (design: URLs from outside). One object serves all threads; immutable after construction.
class Dialer
{
public:
    explicit Dialer(AllowList allowed = {}, Resolver resolver = system_resolver());

    /// Connects, and for https and wss finishes the TLS handshake with host verification. The addresses are
    /// tried in turn within the one deadline, which stays set on the stream.
    /// net.url, net.address-forbidden, net.unreachable, net.timeout, net.tls.
    Task<Result<Stream>> dial(Url url, Guard guard, Deadline deadline, TlsContextPtr tls = nullptr) const;

    /// Host and port of a line protocol (SMTP …): no TLS yet. Plain text is the caller's decision; the
    /// address is checked as for a URL. Whoever dials `outside` must encrypt unless allows_plain() says so.
    Task<Result<Stream>> dial_host(std::string host, std::uint16_t port, Guard guard,
                                   Deadline deadline) const;
    /// A unix socket by path. net.unreachable when nobody listens.
    static Task<Result<Stream>> dial_unix(std::string path, Deadline deadline);

    /// True for a destination on the allow-list.
    bool allows_plain(const std::string& host, std::uint16_t port) const;

private:
    Task<Result<Stream>> connect(Url url, Guard guard, Deadline deadline) const;

    AllowList allowed_;
    Resolver resolver_;
};
} // namespace dmid::net
