// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/dialer.hpp"
#include "net/http_types.hpp"

#include <memory>
#include <string>

namespace dmid::net
{
struct WebSocketOptions
{
    /// Client: name, connection, TLS and upgrade. Server: the upgrade.
    Millis handshake_timeout{10'000};
    /// Silence after which a ping goes out; without any answer for as long again the connection closes.
    Millis idle_timeout{60'000};
    /// Largest message in; net.too-large closes with code 1009.
    std::size_t max_message = 256U << 10U;
    /// Largest sum of messages that wait behind a slow peer.
    std::size_t max_queued = 4U << 20U;
    Guard guard = Guard::outside;
};

/// One side of a WebSocket (RFC 6455) that carries text messages. Runs on its connection's executor.
class WebSocket
{
public:
    virtual ~WebSocket() = default;
    /// The next message. net.closed after an orderly close, net.timeout, net.too-large, net.protocol (binary
    /// or invalid UTF-8 included). One read at a time; keep one pending, since it answers pings and closes.
    virtual Task<Result<std::string>> read() = 0;
    /// Sends a message whole. May be called while another write is under way: then it queues and returns, and
    /// an error shows at the next call. net.too-large when the queue is over max_queued (a peer that does not
    /// read): close it.
    virtual Task<Result<>> write(std::string message) = 0;
    /// The same from any thread, without waiting; a full queue closes the connection.
    virtual void post(std::string message) = 0;
    /// Closing handshake with a code (RFC 6455 §7.4) and a reason of at most 120 bytes.
    virtual Task<> close(unsigned code = 1000, std::string reason = {}) = 0;
    /// Cuts the connection; from any thread.
    virtual void abort() = 0;
    virtual Peer peer() const = 0;
    virtual Executor executor() const = 0;
};
using WebSocketPtr = std::shared_ptr<WebSocket>;

/// Dials ws or wss and upgrades. Errors as Dialer::dial, and net.protocol when the server does not upgrade.
Task<Result<WebSocketPtr>> connect_websocket(const Dialer& dialer, Url url, WebSocketOptions options = {},
                                             TlsContextPtr tls = nullptr);

/// Answers an upgrade request that was read from `stream` (servers).
Task<Result<WebSocketPtr>> accept_websocket(Stream stream, HttpRequest request, WebSocketOptions options);
} // namespace dmid::net
