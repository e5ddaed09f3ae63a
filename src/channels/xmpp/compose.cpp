// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/compose.hpp"

#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/jid.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <algorithm>

namespace dmid::channels::xmpp
{
namespace
{
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMaxNamed = 20; // files that are named one by one

void mark_automatic(Element& message)
{
    message.add("headers", kHeadersNs)
        .add("header", kHeadersNs, "auto-generated")
        .set("name", "Auto-Submitted");
}

/// Whether an id has the form of stanza_id(): then what it names was most likely sent by us. It decides whom
/// a program shows as the author of what is answered.
bool is_ours(std::string_view id)
{
    const auto of_base32 = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); };
    return id.size() == (kIdBytes * 8 + 4) / 5 && std::all_of(id.begin(), id.end(), of_base32);
}

std::string files_of(const channel::Outgoing& message)
{
    if (message.files.empty())
        return {};
    std::string out = "\n\n(Not carried over XMPP:";
    for (std::size_t i = 0; i < std::min(message.files.size(), kMaxNamed); ++i)
    {
        const auto& file = message.files[i];
        const auto name = one_line(file.name, 100);
        out += (i > 0 ? ", " : " ") + (name.empty() ? std::string{"a file"} : name) + ", " +
               std::to_string(file.size) + " bytes";
    }
    if (message.files.size() > kMaxNamed)
        out += ", and " + std::to_string(message.files.size() - kMaxNamed) + " more";
    return out + ")";
}

std::string head_for_owner(const channel::Leg& leg, const channel::Outgoing& message)
{
    std::string out;
    if (!message.sender.empty())
        out = "From " + one_line(message.sender, 200);
    for (const auto& proof : message.proofs)
        out += (out.empty() ? "Proven: " : "; proven: ") + one_line(proof, 200);
    if (!message.encryption.empty())
        out += (out.empty() ? "" : "\n") + one_line(message.encryption, 300);
    if (leg.repeated)
        out += std::string{out.empty() ? "" : "\n"} + "(This may have reached you before.)";
    return out.empty() ? out : out + "\n\n";
}

/// A retraction that an older client shows as a text (XEP-0424 §4, XEP-0428).
void retract(Element& out, const std::string& which)
{
    out.add("retract", kRetractNs).set("id", which);
    out.add("fallback", kFallbackNs).set("for", kRetractNs);
    out.add("body", kComponentNs, "(The message before was taken back; this program cannot show it.)");
    out.add("store", kHintsNs);
}

void react(Element& out, const std::string& which, const std::string& emoji)
{
    auto& reactions = out.add("reactions", kReactionsNs).set("id", which);
    if (!emoji.empty())
        reactions.add("reaction", kReactionsNs, carried(emoji).text);
    out.add("store", kHintsNs);
}
} // namespace

std::string stanza_id(const Hash32& leg)
{
    return to_base32(leg.view().first(kIdBytes));
}

std::string words_of(const channel::Leg& leg, const channel::Outgoing& message)
{
    if (message.to_owner && message.notice)
        return "A message is waiting for " + message.number + ".";
    std::string text = message.to_owner ? head_for_owner(leg, message) : std::string{};
    if (!message.subject.empty())
        text += one_line(message.subject, 500) + "\n\n";
    text += message.text + files_of(message);
    auto out = carried(text);
    if (out.replaced > 0)
        out.text +=
            "\n\n(" + std::to_string(out.replaced) + " characters that XMPP cannot carry were replaced.)";
    return out.text;
}

Element compose(const channel::Leg& leg, const channel::Outgoing& message, const std::string& domain)
{
    const auto id = stanza_id(leg.id);
    const auto from = jid_of(message.number, domain);
    Element out;
    out.name = "message";
    out.ns = kComponentNs;
    out.set("type", "chat").set("id", id).set("from", from).set("to", leg.address);
    out.add("origin-id", kIdsNs).set("id", id);
    const auto* amends = message.amends ? &*message.amends : nullptr;
    // A reaction has no form that shows only that something waits.
    const bool silent = message.to_owner && message.notice;
    if (silent && amends != nullptr && amends->kind == channel::Amendment::Kind::reacted)
        amends = nullptr;
    const auto which =
        amends != nullptr && !amends->known_as.empty() ? amends->known_as.front() : std::string{};
    using Kind = channel::Amendment::Kind;
    if (!which.empty() && amends->kind != Kind::edited)
    {
        if (amends->kind == Kind::taken_back)
            retract(out, which);
        else
            react(out, which, message.text);
        return out;
    }
    out.add("body", kComponentNs, words_of(leg, message));
    if (!message.number.empty())
        out.add("nick", kNickNs, message.number);
    out.add("request", kReceiptsNs);
    out.add("markable", kMarkersNs);
    if (!which.empty())
        out.add("replace", kCorrectNs).set("id", which);
    else if (!message.quotes.empty())
        out.add("reply", kReplyNs)
            .set("to", is_ours(message.quotes) ? from : leg.address)
            .set("id", message.quotes);
    if (!message.passed.empty())
        out.add("passed", kDmidNs, model::in_one_line(message.passed));
    if (message.made_by_node)
        mark_automatic(out);
    return out;
}

Element compose_words(std::string from, std::string to, std::string text)
{
    Element out;
    out.name = "message";
    out.ns = kComponentNs;
    out.set("type", "chat").set("from", std::move(from)).set("to", std::move(to));
    out.add("body", kComponentNs, carried(text).text);
    mark_automatic(out);
    return out;
}
} // namespace dmid::channels::xmpp
