// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <string>

namespace dmid::net
{
/// Whom a door counts a peer against: an IPv4 address, the /64 of an IPv6 one (what one host is given), or
/// `socket` for a unix socket. The same at every door.
std::string source_of(const Peer& peer);
} // namespace dmid::net
