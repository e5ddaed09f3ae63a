// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channel/trouble.hpp"
#include "channels/xmpp/delivery.hpp"
#include "channels/xmpp/inlet.hpp"
#include "channels/xmpp/session.hpp"
#include "net/dialer.hpp"

#include <memory>

namespace dmid::channels::xmpp
{
struct LinkOptions
{
    ComponentServer server;
    SessionTimes times;
    net::Millis connect_timeout{10'000}; ///< of dialling and the handshake together
    net::Millis backoff{1'000}; ///< the first pause after a failure; doubles up to 64 times that, ± 20 %
    net::Millis linger{1'000};  ///< how long a connection is kept that nobody listens on
};

/// The one connection of a component: a server takes no second one, so what is sent and what is received
/// share it. It is there as long as somebody listens, else as long as something is under way and a moment
/// longer. Everything runs on a thread of its own, whoever calls; all calls are thread-safe.
class Link
{
public:
    Link(LinkOptions options, net::Dialer dialer);
    /// Cuts the connection and ends the thread.
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Writes it when there is a connection. While the server is known to be gone, it is unreachable at once,
    /// but for one attempt in each first pause.
    void submit(DeliveryPtr delivery);
    /// Nobody waits for it any more.
    void abandon(DeliveryPtr delivery);
    /// Writes a stanza that nobody waits for. While a listener's connection is lost, the first 256 wait for
    /// the next one; dropped otherwise.
    void say(Element stanza);
    /// From now on what comes in goes there, and a lost connection is made anew. Until unlisten().
    void listen(std::shared_ptr<Inlet> inlet);
    void unlisten();
    /// Why there is no connection though one is wanted; empty where all is well.
    std::string trouble() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::channels::xmpp
