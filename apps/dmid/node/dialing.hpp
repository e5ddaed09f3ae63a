// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"
#include "net/dialer.hpp"
#include "net/dns.hpp"

namespace dmid::node
{
/// The resolver of [dns]. config.value, config.unreadable.
Result<std::shared_ptr<net::Dns>> dns_of(const config::Dns& dns);

/// The way out of the node and of the command line: names through [dns], inward places of [node] allow.
/// net.url for an entry of the list, and what dns_of() fails with.
Result<net::Dialer> dialer_of(const config::Config& config);
Result<net::Dialer> dialer_of(const config::Config& config, std::shared_ptr<net::Dns> dns);
} // namespace dmid::node
