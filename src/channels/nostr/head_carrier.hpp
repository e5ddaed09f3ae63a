// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/heads.hpp"
#include "channels/nostr/served_keys.hpp"
#include "net/http_client.hpp"

namespace dmid::channels::nostr
{
/// Policy heads to and from the places that sealed messages go to: gateways by `/v1/heads/{number}`, relays
/// by an event of the number's inbox key.
class NostrHeads final : public channel::HeadCarrier
{
public:
    /// `http`, `served` and `clock` must outlive it. `peer_timeout`: of one exchange.
    NostrHeads(net::HttpClient& http, net::Dialer dialer, const ServedKeys& served, const Clock& clock,
               net::Millis peer_timeout = net::Millis{10'000});

    /// net.* where the place gives no answer, net.protocol for one that cannot be read.
    net::Task<Result<std::vector<Bytes>>> ask(std::string url, channel::HeadsOf of) override;
    /// The same, and the gateway's own code; channel.refused where a relay says no.
    net::Task<Result<>> leave(std::string url, channel::HeadsOf of, Bytes head) override;

private:
    net::HttpClient& http_;
    net::Dialer dialer_;
    const ServedKeys& served_;
    const Clock& clock_;
    net::Millis timeout_;
};
} // namespace dmid::channels::nostr
