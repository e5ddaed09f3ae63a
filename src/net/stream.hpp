// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace dmid::net
{
/// Who is at the other end.
struct Peer
{
    /// Set on a unix socket: the user id that the kernel vouches for (SO_PEERCRED).
    std::optional<std::uint32_t> uid;
    /// IP address without port; empty on a unix socket.
    std::string address;
    std::uint16_t port = 0;
    bool encrypted = false;
};

/// A connected TCP or unix socket, plain or TLS, with one deadline. A handle: copies mean the same
/// connection, which closes with its last handle. Everything runs on the connection's executor; at most one
/// read and one write at a time.
class Stream
{
public:
    struct Impl;
    Stream() = default;
    explicit Stream(std::shared_ptr<Impl> impl);
    explicit operator bool() const noexcept { return impl_ != nullptr; }

    /// One deadline for all operations that are under way or begin from now on, until it is set again. When
    /// it passes the connection is closed and they return net.timeout. Costs a clock reading, no timer.
    void expires_after(Millis limit);
    void expires_at(Deadline deadline);
    void expires_never();

    /// At least one byte, or 0 at the orderly end. net.closed on a reset or a truncated TLS stream.
    Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into);
    /// The same, with a deadline of its own in place of the connection's: when it passes, net.timeout, and
    /// the connection stays open for a second, for a last word to the peer.
    Task<Result<std::size_t>> read_some(std::span<std::uint8_t> into, Deadline until);
    /// All bytes; they must stay valid until the task returns.
    Task<Result<>> write(ByteView bytes);
    /// Two runs in one system call where possible (head and body).
    Task<Result<>> write(ByteView first, ByteView second);

    /// From plain to TLS. `host` is what the certificate must name (RFC 6125) and the SNI; an IP address is
    /// compared with the certificate's addresses. net.tls with the library's words on failure.
    Task<Result<>> start_tls_client(TlsContextPtr context, std::string host);
    Task<Result<>> start_tls_server(TlsContextPtr context);

    /// Orderly: close_notify and FIN; waits at most a second for a TLS peer's own close_notify.
    Task<> shutdown();
    /// At once; operations under way return net.closed.
    void close();
    bool is_open() const;
    /// True when an idle connection is still good: open, and nothing to read (an end would be).
    bool is_quiet() const;

    Peer peer() const;
    Executor executor() const;
    const std::shared_ptr<Impl>& impl() const { return impl_; }

private:
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::net
