// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/nostr/reply.hpp"
#include "channels/nostr/wire.hpp"
#include "net/http_client.hpp"
#include "seal/event.hpp"

#include <string>

/// One exchange with one peer. Nothing is tried twice here but what a relay's AUTH makes necessary.
namespace dmid::channels::nostr
{
/// POST /v1/messages of another node's gateway; `url` is the one in the document, without the path.
net::Task<Reply> post_to_gateway(net::HttpClient& client, std::string url, std::string wrap_json,
                                 net::Deadline deadline);

/// EVENT to a relay, until its OK. Where the relay wants to know us first, it gets a key that is thrown away.
net::Task<Reply> publish_to_relay(const net::Dialer& dialer, std::string url, seal::Event event,
                                  net::Guard guard, net::Deadline deadline, UnixTime now);

/// The events that a relay has for one filter, up to its EOSE and at most `most` of them; none of them is
/// verified. Errors as net::connect_websocket().
net::Task<Result<std::vector<seal::Event>>> query_relay(const net::Dialer& dialer, std::string url,
                                                        Filter filter, std::size_t most, net::Guard guard,
                                                        net::Deadline deadline);
} // namespace dmid::channels::nostr
