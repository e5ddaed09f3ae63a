// SPDX-License-Identifier: Apache-2.0
// Private to this folder: one connection of the listener to one relay.
#pragma once

#include "channels/nostr/listener.hpp"
#include "channels/nostr/wire.hpp"
#include "net/websocket.hpp"

#include <string>
#include <unordered_map>

namespace dmid::channels::nostr
{
/// Connects, announces the served keys, subscribes to their wraps and hands them in, until the connection
/// ends, the relay proves useless, or the listener stops.
net::Task<> listen_once(Listening& listening, std::string url, channel::Inbox& inbox);

/// What one connection knows. Everything that a relay says is held against limits: what is not asked for,
/// does not parse or comes too fast uses up its credit, and then it is left alone for a while.
class Session
{
public:
    Session(Listening& listening, channel::Inbox& inbox, net::WebSocketPtr socket, std::string url,
            std::string host);

    /// Ends with the connection. One of two that run side by side.
    net::Task<> hear();
    /// Looks after what is due: changed keys, another poll, stop().
    net::Task<> look_after();

private:
    net::Task<bool> subscribe();
    net::Task<bool> announce();
    net::Task<bool> say(ClientMessage message);
    net::Task<bool> take(RelayMessage message);
    net::Task<bool> take_wrap(relay::Event message);
    net::Task<bool> prove(const std::string& challenge);
    net::Task<bool> take_ok(const relay::Ok& ok);
    net::Task<bool> take_closed(const relay::Closed& closed);
    /// False when the credit is used up.
    bool charge(unsigned cost);
    bool serves(const XOnlyKey& key) const;

    Listening& listening_;
    channel::Inbox& inbox_;
    net::WebSocketPtr socket_;
    std::string url_;
    std::string host_;
    std::vector<Presence> presences_;
    /// Events of ours without an OK so far: sent once more after an AUTH.
    std::unordered_map<Hash32, seal::Event> announced_;
    std::unordered_map<Hash32, bool> auths_; ///< by event id: whether its OK came
    unsigned resubscribed_ = 0;
    unsigned spent_ = 0;
    double allowance_;
    net::Deadline counted_;
    net::Deadline poll_at_; ///< when to ask for everything again
};
} // namespace dmid::channels::nostr
