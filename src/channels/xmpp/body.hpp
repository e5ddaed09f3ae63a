// SPDX-License-Identifier: Apache-2.0
// Private to this folder: the text of a message, and when it was sent.
#pragma once

#include "base/clock.hpp"
#include "channel/chat.hpp"
#include "channels/xmpp/xml.hpp"

#include <optional>
#include <string_view>

namespace dmid::channels::xmpp
{
/// The words of a message into line.text: subject and body, without what only repeats the message that it
/// answers (XEP-0428). A link to a file stays a link, and line.lost says so.
void read_body(const Element& message, channel::ChatLine& line);

/// When a message that waited somewhere was sent (XEP-0203), by its oldest stamp; `now` where it has none,
/// or one of the future.
UnixTime stamp_of(const Element& message, UnixTime now);

/// A date and time of XEP-0082: `2026-11-29T01:20:12.5Z`, `…+02:00`. Nothing where it is none.
std::optional<UnixTime> parse_stamp(std::string_view text);
} // namespace dmid::channels::xmpp
