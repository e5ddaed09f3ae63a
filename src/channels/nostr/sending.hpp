// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/relay_lists.hpp"
#include "channels/nostr/reply.hpp"
#include "channels/nostr/wrapper.hpp"
#include "net/http_client.hpp"

#include <string>
#include <vector>

namespace dmid::channels::nostr
{
/// Bytes of text whose rumor, sealed and wrapped, stays an event of 64 KiB with some room for escapes.
inline constexpr std::size_t kMaxText = 24U << 10U;

/// The way out: what NostrChannel::send() does.
class Sending
{
public:
    Sending(const NostrOptions& options, const Secret32& node_key, const Clock& clock,
            const net::Dialer& dialer);

    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message);

private:
    /// Where the message goes, in order; and whether the operator named those places or somebody else.
    struct Places
    {
        std::vector<std::string> gateways;
        std::vector<std::string> relays;
        net::Guard guard = net::Guard::outside;
    };
    Result<channel::Sealed> seal_for_owner(const channel::Leg& leg, const channel::Outgoing& message,
                                           const XOnlyKey& owner) const;
    net::Task<tl::expected<Places, channel::Attempt>> find_places(const channel::Leg& leg, XOnlyKey recipient,
                                                                  net::Deadline deadline);
    net::Task<channel::Attempt> deliver(const channel::Sealed& sealed, Places places, net::Deadline deadline);
    /// `until` is for the first exchange; who asks for work has all the time that is left.
    net::Task<Reply> to_gateway(const channel::Sealed& sealed, std::string url, net::Deadline until,
                                net::Deadline deadline);
    net::Task<Reply> to_relay(const channel::Sealed& sealed, std::string url, net::Guard guard,
                              net::Deadline until, net::Deadline deadline);

    NostrOptions options_;
    Secret32 node_key_;
    const Clock& clock_;
    net::Dialer dialer_;
    net::HttpClient http_;
    RelayLists lists_;
    Wrapper wrapper_;
};
} // namespace dmid::channels::nostr
