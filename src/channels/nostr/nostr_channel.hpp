// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/nostr/served_keys.hpp"
#include "net/dialer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dmid::channels::nostr
{
/// What the configuration's [nostr] table says.
struct NostrOptions
{
    /// Outside relays, ws or wss: listened to, and searched for the relay lists of other keys.
    std::vector<std::string> relays;
    /// Where the world reaches this node's own relay: wss://…/, or the node's https URL, which stands for it.
    /// Empty where it is not public.
    std::string own_relay;
    /// To a Nostr key without a relay list: send to `relays` all the same. NIP-17 says that clients
    /// shouldn't, since nobody may be listening there; off, such a leg is deferred with words.
    bool send_without_list = false;
    /// The most bits of work that are done for somebody's door.
    unsigned max_work = 24;
    /// Of the whole exchange with one gateway or relay.
    net::Millis peer_timeout{10'000};
    /// The first pause after a lost relay connection; doubles up to 64 times that, ± 20 %.
    net::Millis backoff{5'000};
    /// For the key lookup: how long a relay list is believed.
    net::Millis list_lifetime{600'000};
};

/// Sealed messages over gateways of other nodes and over Nostr relays, both ways
/// (src/channels/nostr/README.md).
class NostrChannel final : public channel::Channel
{
public:
    struct Impl;
    explicit NostrChannel(std::unique_ptr<Impl> impl);
    ~NostrChannel() override;

    std::string_view name() const override;
    channel::Traits traits() const override;
    /// An npub or 64 hex digits; gives lower-case hex.
    Result<std::string> parse_address(std::string_view text) const override;
    /// Tries leg.routes in order: http(s) URLs are gateways, ws(s) URLs are relays; without routes, the
    /// relays that the key lists. A leg whose message has no seal goes to the owner's own Nostr key: a text
    /// from the node's key.
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;
    /// Listens to the configured relays for the served keys, and announces those keys there.
    net::Task<void> run(channel::Inbox& inbox) override;
    void stop() override;

    /// The served keys or their presences changed: announce and subscribe anew. Thread-safe.
    void refresh();

private:
    std::unique_ptr<Impl> impl_;
};

/// `served`, `clock` must outlive the channel; `node_key` signs what the node itself says to its owner.
/// config.value for a relay that is no ws or wss URL; crypto.key-invalid.
Result<std::unique_ptr<NostrChannel>> make_nostr_channel(NostrOptions options, const Secret32& node_key,
                                                         const ServedKeys& served, const Clock& clock,
                                                         net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::nostr
