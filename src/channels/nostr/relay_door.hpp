// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/heads.hpp"
#include "channel/inbox.hpp"
#include "channels/nostr/served_keys.hpp"
#include "net/http_server.hpp"

#include <memory>
#include <string>

namespace dmid::channels::nostr
{
struct RelayDoorOptions
{
    /// The URL under which clients know this relay: what an AUTH event must name (NIP-42), and part of the
    /// relay lists. An http(s) URL of the node counts as its ws(s) one. Empty: AUTH works on loopback only.
    std::string url;
    std::string name = "DMID node";
    std::string software_version;
    std::size_t max_subscriptions = 20;   ///< of one connection
    unsigned messages_per_minute = 240;   ///< of one connection, in bursts of at most a quarter of that
    std::size_t shelf_bytes = 64U << 20U; ///< accepted wraps kept for stock clients that hold an inbox key
    std::size_t shelf_per_key = 4096;     ///< of those for one key
    unsigned keep_seconds = 3 * 24 * 3600;
    /// Where policy heads (kind 30078) go and come from; null: they are not taken. Outlives the door.
    channel::HeadShelf* heads = nullptr;
};

/// A Nostr relay (NIP-01, 11, 40, 42) for the numbers that this node serves, and nothing else: takes their
/// gift wraps into the inbox, shows their kind 10050 and 0 to everybody, and a key's wraps to whoever proves
/// to hold that key. Besides it keeps the policy heads of numbers whose documents name this node.
class RelayDoor
{
public:
    struct Impl;
    /// `inbox`, `served`, `clock` must outlive the door and its handler's connections.
    RelayDoor(channel::Inbox& inbox, const ServedKeys& served, const Clock& clock,
              RelayDoorOptions options = {});
    ~RelayDoor();

    /// For net::HttpServer; may be copied, serves any number of connections on any threads.
    net::WebSocketHandler handler() const;
    /// The information document (NIP-11): JSON for `GET /` with `Accept: application/nostr+json`.
    std::string information() const;
    /// True where a request asks for the information document.
    static bool wants_information(const net::HttpRequest& request);
    /// The whole answer to such a request, with the CORS headers that NIP-11 demands.
    net::HttpResponse information_response() const;

private:
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::channels::nostr
