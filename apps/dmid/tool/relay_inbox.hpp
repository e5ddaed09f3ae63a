// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/invocation.hpp"

#include <boost/json/object.hpp>

namespace dmid::tool
{
/// The inbox of a home without a running node: what the configured relays (and --relay) hold for the key of
/// nameless messages and, where --number or --as names one of ours, for its inbox key. The shape is that of
/// GET /v1/inbox. gateway.not-running where there is neither key nor relay to look with; the relay's error
/// where none could be read.
Result<boost::json::object> read_relay_inbox(const Invocation& call);
} // namespace dmid::tool
