// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"
#include "channels/xmpp/xml.hpp"

#include <string>

namespace dmid::channels::xmpp
{
/// The id under which a leg goes out, at every attempt: 26 letters of base32 of the leg's id.
std::string stanza_id(const Hash32& leg);

/// What a person reads. To the owner: who writes, what of it is proven and where encryption ended, then the
/// text; with `notice`, only that one is waiting. To others: the text alone, since the number stands in the
/// sender's address. Files are named, characters that XML cannot carry are counted. Pure.
std::string words_of(const channel::Leg& leg, const channel::Outgoing& message);

/// One leg as a message stanza from the number's address at `domain`: a text with a request for a receipt
/// (XEP-0184) and markers (XEP-0333), an answer (XEP-0461), a correction (XEP-0308), a retraction (XEP-0424)
/// or a reaction (XEP-0444). Pure.
Element compose(const channel::Leg& leg, const channel::Outgoing& message, const std::string& domain);

/// Words of the node itself, once, in answer to somebody. Marked as automatic (XEP-0131, Auto-Submitted).
Element compose_words(std::string from, std::string to, std::string text);
} // namespace dmid::channels::xmpp
