// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <string>

namespace dmid::net
{
/// Whom a door counts a peer against: an IPv4 address (mapped into IPv6 or not), the /64 of an IPv6 one (what
/// one host is given), or `socket` for a unix socket. The same at every door.
std::string source_of(const Peer& peer);

/// The network that a source lies in, which one party can often draw many sources from: the /24 of an IPv4
/// address, the /48 of an IPv6 source. Anything else (`socket`, the name of a relay) is itself.
std::string network_of(const std::string& source);
} // namespace dmid::net
