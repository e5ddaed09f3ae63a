// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "net/http_types.hpp"

#include <string_view>
#include <vector>

/// What the answers of gateways and relays mean for an attempt. Pure.
namespace dmid::channels::nostr
{
/// One peer's answer to one wrap.
struct Reply
{
    channel::Attempt attempt;
    unsigned work = 0;       ///< it refuses, but would take the message with that many bits of work
    bool wants_auth = false; ///< a relay that wants to know the client first (NIP-42)
    bool down = false;       ///< the peer does not work at present: its neighbours are asked
    bool elsewhere = false;  ///< it works, but does not serve the recipient
};

/// An attempt that failed, with the peer's or our own words (made printable).
Reply failed(channel::Outcome outcome, Errc code, std::string_view words);
/// What a failed connection, or a failed exchange over it, means. `handed_over`: the message may be there.
Reply broken(const Error& error, bool handed_over);
/// Of the answer to POST /v1/messages (docs/protocol/http-api.md).
Reply read_gateway_answer(const net::HttpResponse& response);
/// Of a relay's OK.
Reply read_relay_answer(bool accepted, std::string_view words);

/// The attempt that stands for all of them: accepted by one is accepted; otherwise what calls for another
/// attempt outweighs a refusal. `unreachable` for none.
channel::Attempt best_of(const std::vector<Reply>& replies);
} // namespace dmid::channels::nostr
