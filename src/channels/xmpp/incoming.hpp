// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/chat.hpp"
#include "channel/letter.hpp"
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/xml_stream.hpp"

#include <string>
#include <variant>

namespace dmid::channels::xmpp
{
/// Nothing to do.
struct Ignored
{
};
/// To be sent back as it is.
struct SendBack
{
    Element stanza;
};
/// Somebody said something to a number.
struct Said
{
    channel::ChatLine line;
    Element head;               ///< the stanza without what is in it: what an error goes back to
    bool wants_receipt = false; ///< XEP-0184
};
/// A message of ours came back.
struct Bounced
{
    std::string account; ///< bare
    std::string id;
    StanzaError error;
};
/// Somebody's program says what became of a message of ours.
struct Confirmed
{
    std::string account; ///< bare
    std::string id;
    channel::Report::Fate fate = channel::Report::Fate::delivered; ///< delivered or read
};
/// Somebody wants to see a number in their list of contacts, or asks whether it is there.
struct Approached
{
    channel::Destination to;
    std::string from;   ///< bare
    std::string number; ///< the number's own address
    bool probe = false;
};
using Incoming = std::variant<Ignored, SendBack, Said, Bounced, Confirmed, Approached>;

/// What a message or presence stanza of our server means. `domain` is our component's. `now` stands for the
/// time of what has no stamp, and no stamp lies behind it. Pure.
Incoming read_stanza(const Arrived& arrived, const std::string& domain, UnixTime now);

/// The answer to an `iq` that asks something: who a number is (XEP-0030, XEP-0054), whether we are there
/// (XEP-0199), service-unavailable for the rest; no names where nothing is to be said. The same for all
/// numbers, served or not: it tells nobody which ones are.
Element answer_query(const Element& iq, const std::string& domain);
} // namespace dmid::channels::xmpp
