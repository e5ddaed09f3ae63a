// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/io_pool.hpp"
#include "net/stream.hpp"

#include <functional>
#include <memory>
#include <string>

namespace dmid::net
{
/// Listens on one TCP port and spreads what comes in over the contexts of a pool.
class TcpListener
{
public:
    /// Gets each connection, on the listener's executor; the stream runs on its own (Stream::executor()).
    using Serve = std::function<void(Stream)>;

    /// On an IP address; port 0 takes a free one. `pool` must outlive it. net.bind.
    static Result<std::unique_ptr<TcpListener>> listen(IoPool& pool, const std::string& address,
                                                       std::uint16_t port, Serve serve);
    /// As close().
    ~TcpListener();
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// Accepts no more. Thread-safe; `serve` may run once more until the pool has noticed.
    void close();

private:
    struct Impl;
    explicit TcpListener(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
    std::uint16_t port_ = 0;
};
} // namespace dmid::net
