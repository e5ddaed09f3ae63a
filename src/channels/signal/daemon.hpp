// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/signal/rpc.hpp"
#include "net/dialer.hpp"

#include <atomic>
#include <string>

namespace dmid::channels::signal
{
/// Where the daemon listens.
struct DaemonPlace
{
    enum class Way : std::uint8_t
    {
        unix_socket,
        tcp,
        http,
    };
    Way way = Way::unix_socket;
    std::string path; ///< of the socket
    net::Url url;     ///< of TCP, host and port alone; of HTTP with the path before `/api/v1`, if any
    net::TlsContextPtr tls;
};
/// `unix:/run/signal-cli/socket`, `tcp://127.0.0.1:7583`, `http://127.0.0.1:8080`, `https://…`. What is not
/// encrypted is for loopback addresses alone unless `allow_plain` is set: texts go in the clear.
/// config.value, net.url, net.tls.
Result<DaemonPlace> parse_place(const std::string& text, bool allow_plain, const std::string& ca_file);

/// What came of one call.
struct Called
{
    bool handed_over = false; ///< the whole call was written: the daemon may have done it
    Result<RpcAnswer> answer; ///< channel.unreachable, .timeout, .peer-protocol; those of files
};

/// Bytes of an answer unless its caller expects more.
inline constexpr std::size_t kMaxAnswer = 16U << 20U;

/// signal-cli's daemon, asked one call at a time: each on a connection of its own, which ends with it. So
/// calls are never mixed up with what comes in, and nothing is left behind by one that is cut off. Immutable
/// but for a counter; any thread.
class Daemon
{
public:
    Daemon(DaemonPlace place, net::Dialer dialer);

    net::Task<Called> call(RpcCall call, net::Deadline deadline, std::size_t max_answer = kMaxAnswer) const;
    /// A connection; for HTTP with TLS where it is wanted.
    net::Task<Result<net::Stream>> open(net::Deadline deadline) const;
    const DaemonPlace& place() const noexcept { return place_; }
    /// An id that no other call has.
    std::string next_id() const;
    /// `/api/v1/…` below the place's own path.
    std::string target(std::string_view below) const;

private:
    net::Task<Called> call_by_line(std::string line, std::string id, net::Deadline deadline,
                                   std::size_t max_answer) const;
    net::Task<Called> call_by_http(std::string line, std::string id, net::Deadline deadline,
                                   std::size_t max_answer) const;

    DaemonPlace place_;
    net::Dialer dialer_;
    mutable std::atomic<std::uint64_t> count_{0};
};

/// A fault of the network in this folder's terms; others are left as they are.
Error as_channel_error(const Error& error);
} // namespace dmid::channels::signal
