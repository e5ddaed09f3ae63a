// SPDX-License-Identifier: Apache-2.0
// Private to net: the socket behind a Stream.
#pragma once

#include "net/stream.hpp"
#include "net/tls_impl.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace dmid::net
{
/// One socket type for TCP and unix keeps the templates above it to one instance.
using Socket = boost::asio::generic::stream_protocol::socket;

struct Stream::Impl : std::enable_shared_from_this<Stream::Impl>
{
    explicit Impl(Socket connected);
    explicit Impl(Executor executor);

    /// `gently`: what is under way when it passes is cancelled first; a second later the socket closes.
    void set_deadline(Deadline when, bool gently = false);
    void close() noexcept;
    /// What a failed operation means: the deadline's doing, the peer's, or TLS's.
    Error error_of(const boost::system::error_code& error) const;
    /// Reads the kernel's word on the other end.
    void learn_peer();

    Socket socket;
    TlsContextPtr tls_context;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls;
    Peer peer;
    bool timed_out = false;

private:
    void arm();
    void pass();

    boost::asio::steady_timer timer_;
    Deadline deadline_ = Deadline::max();
    bool gently_ = false;
    /// When the timer will wake next; later deadlines need no new timer, they are seen when it wakes.
    Deadline armed_ = Deadline::max();
};
} // namespace dmid::net
