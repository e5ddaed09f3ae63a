// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/incoming.hpp"

#include "channels/xmpp/body.hpp"
#include "channels/xmpp/jid.hpp"
#include "channels/xmpp/namespaces.hpp"
#include "model/envelope.hpp"

#include <algorithm>
#include <optional>

namespace dmid::channels::xmpp
{
namespace
{
using channel::ChatLine;
using Fate = channel::Report::Fate;

/// Who it is from and for; as far as that can be read.
struct Ends
{
    Jid from;
    Jid to;
};

std::optional<Ends> ends_of(const Element& stanza, const std::string& domain)
{
    auto from = parse_jid(stanza.attribute("from"));
    auto to = parse_jid(stanza.attribute("to"));
    if (!from || !to || to->domain != domain)
        return std::nullopt;
    return Ends{std::move(*from), std::move(*to)};
}

SendBack refusal(const Element& stanza, const char* type, const char* condition, std::string words)
{
    return SendBack{error_reply(stanza, type, condition, std::move(words))};
}

/// Ids are names that others chose: what is too long for the flow is none.
std::string id_of(std::string_view text)
{
    return text.size() <= model::kMaxNativeId ? std::string{text} : std::string{};
}

/// Copies of what was said elsewhere, and what was said long ago: never a message to us.
bool is_copy(const Element& message)
{
    return std::any_of(message.children.begin(), message.children.end(),
                       [](const Element& child) { return child.ns == kCarbonsNs || child.ns == kArchiveNs; });
}

bool is_automatic(const Element& message)
{
    if (message.child("no-permanent-store", kHintsNs) != nullptr ||
        message.child("no-store", kHintsNs) != nullptr)
        return true;
    const auto* headers = message.child("headers", kHeadersNs);
    if (headers == nullptr)
        return false;
    return std::any_of(headers->children.begin(), headers->children.end(),
                       [](const Element& header)
                       { return header.attribute("name") == "Auto-Submitted" && header.text != "no"; });
}

/// The words of a person whose message cannot be read here because it was encrypted for somebody's device.
bool is_sealed(const Element& message)
{
    static constexpr std::array<std::string_view, 5> kSeals{kOmemoNs, kOmemoNewNs, kOpenPgpNs, kOldPgpNs,
                                                            kEncryptionNs};
    return message.text_of("body", kComponentNs).starts_with("?OTR") ||
           std::any_of(message.children.begin(), message.children.end(),
                       [](const Element& child)
                       { return std::find(kSeals.begin(), kSeals.end(), child.ns) != kSeals.end(); });
}

/// A receipt or a marker, where the message is one.
std::optional<Confirmed> confirmation(const Element& message, const Ends& ends)
{
    Confirmed out;
    out.account = ends.from.bare();
    for (const auto& child : message.children)
    {
        const bool receipt = child.ns == kReceiptsNs && child.name == "received";
        const bool marker = child.ns == kMarkersNs && child.name != "markable";
        if (!receipt && !marker)
            continue;
        const bool seen = marker && (child.name == "displayed" || child.name == "acknowledged");
        out.fate = seen ? Fate::read : Fate::delivered;
        out.id = id_of(child.attribute("id"));
        // Before XEP-0184 1.1 the receipt named no id of its own.
        if (out.id.empty() && receipt)
            out.id = id_of(message.attribute("id"));
        return out.id.empty() ? std::nullopt : std::optional{out};
    }
    return std::nullopt;
}

/// The id of the message that is taken back; empty where none is.
std::string taken_back(const Element& message)
{
    if (const auto* retract = message.child("retract", kRetractNs))
        return id_of(retract->attribute("id"));
    const auto* old = message.child("apply-to", kFastenNs);
    const bool is = old != nullptr && old->child("retract", kOldRetractNs) != nullptr;
    return is ? id_of(old->attribute("id")) : std::string{};
}

/// One emoji of those that stand there now: a person may put several, the flow knows one.
void read_reactions(const Element& reactions, ChatLine& line)
{
    line.kind = ChatLine::Kind::reacted;
    line.of = id_of(reactions.attribute("id"));
    std::size_t count = 0;
    for (const auto& child : reactions.children)
        if (child.name == "reaction" && child.ns == kReactionsNs && !child.text.empty())
            if (++count == 1)
                line.text = one_line(child.text, 64);
    if (count > 1)
        line.lost = std::to_string(count - 1) + " more reactions";
}

/// What the message does, in a line; false where there is nothing in it.
bool read_content(const Element& message, ChatLine& line)
{
    if (const auto* reactions = message.child("reactions", kReactionsNs))
    {
        read_reactions(*reactions, line);
        return !line.of.empty();
    }
    line.of = taken_back(message);
    if (!line.of.empty())
    {
        line.kind = ChatLine::Kind::taken_back;
        return true;
    }
    read_body(message, line);
    if (line.text.empty())
        return false;
    if (const auto* replace = message.child("replace", kCorrectNs))
    {
        line.of = id_of(replace->attribute("id"));
        line.kind = line.of.empty() ? ChatLine::Kind::said : ChatLine::Kind::edited;
    }
    if (const auto* reply = message.child("reply", kReplyNs))
        line.answers = id_of(reply->attribute("id"));
    return true;
}

Said said(const Element& message, const Ends& ends, const channel::Destination& to, UnixTime now)
{
    Said out;
    out.line.channel = "xmpp";
    out.line.account = ends.from.bare();
    out.line.proven = true;
    out.line.called = one_line(message.text_of("nick", kNickNs), 100);
    out.line.to = to;
    out.line.native_id = id_of(message.attribute("id"));
    if (const auto* origin = message.child("origin-id", kIdsNs); origin && out.line.native_id.empty())
        out.line.native_id = id_of(origin->attribute("id"));
    out.line.automatic = is_automatic(message);
    out.line.passed = model::read_passed(message.text_of("passed", kDmidNs));
    out.line.sent_at = stamp_of(message, now);
    // A domain vouches for as many accounts as it likes.
    out.line.source = ends.from.domain;
    out.head.name = message.name;
    out.head.ns = message.ns;
    out.head.attributes = message.attributes;
    out.wants_receipt =
        message.child("request", kReceiptsNs) != nullptr && !id_of(message.attribute("id")).empty();
    return out;
}

Incoming read_message(const Arrived& arrived, const std::string& domain, UnixTime now)
{
    const auto& message = arrived.element;
    const auto type = message.attribute("type");
    const auto ends = ends_of(message, domain);
    if (!ends)
        return type == "error"
                   ? Incoming{Ignored{}}
                   : refusal(message, "modify", "jid-malformed", "This address cannot be read here.");
    if (type == "error")
    {
        auto id = id_of(message.attribute("id"));
        if (id.empty()) // receipts and the node's own words have none
            return Ignored{};
        return Bounced{ends->from.bare(), std::move(id), read_stanza_error(message)};
    }
    // Ourselves: whatever it is, an answer would come back.
    if (ends->from.domain == domain || type == "headline" || is_copy(message))
        return Ignored{};
    if (type == "groupchat" || ends->to.local.empty())
        return refusal(message, "cancel", "service-unavailable", "Write to a number, alone.");
    const auto to = number_of(ends->to.local);
    if (!to)
        return refusal(message, "cancel", "item-not-found", "Not a number: 16 digits stand before the @.");
    const bool has_body = message.child("body", kComponentNs) != nullptr;
    if (!has_body && !arrived.cut)
        if (auto confirmed = confirmation(message, *ends))
            return *confirmed;
    // The account must be a person's: a server has nothing to say to a number.
    if (ends->from.local.empty())
        return Ignored{};
    if (is_sealed(message))
        return refusal(message, "modify", "not-acceptable",
                       "This message was end-to-end encrypted (OMEMO, OpenPGP or OTR), which cannot be read "
                       "here. Turn encryption off for this contact and send it again.");
    auto out = said(message, *ends, *to, now);
    const bool anything = read_content(message, out.line);
    if (arrived.cut || out.line.text.size() > model::kMaxText)
        return refusal(message, "modify", "policy-violation", "The message is too long.");
    if (!anything)
        return Ignored{};
    return out;
}

Incoming read_presence(const Element& presence, const std::string& domain)
{
    const auto type = presence.attribute("type");
    const auto ends = ends_of(presence, domain);
    if (!ends || ends->from.domain == domain)
        return Ignored{};
    const auto to = number_of(ends->to.local);
    const bool asks = type == "subscribe" || type == "probe";
    if ((asks && !to) || type == "unsubscribe")
    {
        SendBack out;
        out.stanza.name = "presence";
        out.stanza.ns = kComponentNs;
        out.stanza.set("type", "unsubscribed").set("from", ends->to.bare()).set("to", ends->from.bare());
        return out;
    }
    if (!asks)
        return Ignored{};
    return Approached{*to, ends->from.bare(), ends->to.bare(), type == "probe"};
}
} // namespace

Incoming read_stanza(const Arrived& arrived, const std::string& domain, UnixTime now)
{
    if (arrived.element.ns != kComponentNs)
        return Ignored{};
    if (arrived.element.name == "message")
        return read_message(arrived, domain, now);
    if (arrived.element.name == "presence")
        return read_presence(arrived.element, domain);
    return Ignored{};
}
} // namespace dmid::channels::xmpp
