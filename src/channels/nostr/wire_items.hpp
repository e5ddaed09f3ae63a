// SPDX-License-Identifier: Apache-2.0
// Private to this folder: the items that wire messages are made of, read from parsed JSON. Null pointers are
// items that are not there.
#pragma once

#include "channels/nostr/wire.hpp"
#include "codec/json.hpp"

namespace dmid::channels::nostr
{
/// 1 to kMaxSubscriptionId bytes; codec.type, codec.range.
Result<std::string> read_subscription(const boost::json::value* item);
/// 64 lower-case hex digits; codec.type, codec.syntax.
Result<Hash32> read_id(const boost::json::value* item);
/// codec.type for no object; else as seal::parse_event().
Result<seal::Event> read_event(const boost::json::value* item);
/// What an event that does not parse calls its id.
std::optional<Hash32> read_event_id(const boost::json::value* item);
/// Printable; empty where there are none.
std::string read_words(const boost::json::value* item);
/// codec.type, codec.range, codec.syntax.
Result<Filter> read_filter(const boost::json::value& item);
} // namespace dmid::channels::nostr
