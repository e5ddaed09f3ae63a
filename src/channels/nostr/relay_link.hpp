// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/wire.hpp"
#include "net/websocket.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace dmid::channels::nostr
{
/// A connection to a relay for one short exchange with one deadline: when it passes the connection is cut and
/// whatever is under way returns net.timeout. Closes with the object.
class RelayLink
{
public:
    /// Dials; errors as net::connect_websocket(), net.timeout after the deadline.
    static net::Task<Result<std::unique_ptr<RelayLink>>> open(const net::Dialer& dialer, std::string url,
                                                              net::Guard guard, net::Deadline deadline);
    RelayLink(net::WebSocketPtr socket, net::Deadline deadline);
    ~RelayLink();
    RelayLink(const RelayLink&) = delete;
    RelayLink& operator=(const RelayLink&) = delete;

    net::Task<Result<>> say(ClientMessage message);
    /// The next message that parses. What does not is counted and skipped; net.protocol after kMaxGarbage.
    net::Task<Result<RelayMessage>> hear();
    /// Something came that was no message of the protocol.
    bool heard_garbage() const noexcept { return garbage_ > 0; }

    static constexpr unsigned kMaxGarbage = 16;

private:
    Error meaning(Error error) const;

    net::WebSocketPtr socket_;
    std::shared_ptr<bool> late_ = std::make_shared<bool>(false);
    boost::asio::steady_timer timer_;
    unsigned garbage_ = 0;
};
} // namespace dmid::channels::nostr
