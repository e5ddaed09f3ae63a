// SPDX-License-Identifier: Apache-2.0
// Private to this folder: one client of the relay door.
#pragma once

#include "channels/nostr/door_impl.hpp"
#include "channels/nostr/wire.hpp"
#include "net/websocket.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::nostr
{
/// Runs on its connection's executor; offer() may come from anywhere.
class DoorSession : public std::enable_shared_from_this<DoorSession>
{
public:
    DoorSession(std::shared_ptr<RelayDoor::Impl> door, net::WebSocketPtr socket, net::HttpRequest request);

    /// Until the client goes or breaks too many rules.
    net::Task<> run();
    /// A wrap that was accepted just now: shown where a subscription of its recipient asks for it.
    void offer(const XOnlyKey& recipient, std::shared_ptr<const seal::Event> wrap);

private:
    net::Task<bool> say(RelayMessage message);
    /// `text` is the message as it came.
    net::Task<bool> take(ClientMessage message, std::string text);
    net::Task<bool> take_event(client::Event message, std::string text);
    net::Task<bool> take_head(client::Event message);
    net::Task<bool> take_bad_event(client::BadEvent message);
    net::Task<bool> take_req(client::Req message);
    net::Task<bool> take_auth(client::Auth message);
    net::Task<bool> take_unknown(client::Unknown message);
    /// False when the message comes too fast.
    bool allowed();
    net::Task<bool> refuse_haste(ClientMessage message);
    bool proven(const XOnlyKey& key) const;
    /// Why the wraps that a REQ asks for are not shown; empty where they are.
    std::string closed_to(const client::Req& request) const;

    std::shared_ptr<RelayDoor::Impl> door_;
    net::WebSocketPtr socket_;
    std::string source_;
    std::vector<std::string> authorities_; ///< under which the client may know us
    std::string challenge_;
    std::vector<XOnlyKey> proven_;   ///< served keys that the client has shown to hold
    std::atomic<bool> hears_{false}; ///< some key is proven; read from anywhere
    std::map<std::string, std::vector<Filter>, std::less<>> subscriptions_;
    double allowance_;
    net::Deadline counted_;
    unsigned broken_rules_ = 0;
};

/// The words of OK for what the inbox answered, with their machine-readable prefix (NIP-01).
std::string words_of(const channel::Answer& answer);
} // namespace dmid::channels::nostr
