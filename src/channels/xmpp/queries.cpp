// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/incoming.hpp"
#include "channels/xmpp/jid.hpp"
#include "channels/xmpp/namespaces.hpp"

namespace dmid::channels::xmpp
{
namespace
{
Element result_of(const Element& iq)
{
    Element out;
    out.name = "iq";
    out.ns = kComponentNs;
    out.set("type", "result");
    out.set("from", std::string{iq.attribute("to")}).set("to", std::string{iq.attribute("from")});
    out.set("id", std::string{iq.attribute("id")});
    return out;
}

void describe(Element& iq, bool number)
{
    auto& query = iq.add("query", kDiscoInfoNs);
    query.add("identity", kDiscoInfoNs)
        .set("category", number ? "account" : "gateway")
        .set("type", number ? "registered" : "dmid")
        .set("name", "DMID");
    for (const auto* feature : {kDiscoInfoNs, kPingNs, kVcardNs})
        query.add("feature", kDiscoInfoNs).set("var", feature);
    if (number)
        for (const auto* feature : {kReceiptsNs, kMarkersNs, kCorrectNs, kRetractNs, kReactionsNs, kReplyNs,
                                    kFallbackNs, kHintsNs, kIdsNs, kOobNs})
            query.add("feature", kDiscoInfoNs).set("var", feature);
}
} // namespace

Element answer_query(const Element& iq, const std::string& domain)
{
    const auto type = iq.attribute("type");
    const auto from = parse_jid(iq.attribute("from"));
    const auto to = parse_jid(iq.attribute("to"));
    if ((type != "get" && type != "set") || !from || !to || to->domain != domain)
        return {};
    const auto number = number_of(to->local);
    if (!number && !to->local.empty())
        return error_reply(iq, "cancel", "item-not-found", "");
    auto out = result_of(iq);
    if (type == "get" && iq.child("ping", kPingNs) != nullptr)
        return out;
    if (const auto* info = iq.child("query", kDiscoInfoNs);
        type == "get" && info != nullptr && info->attribute("node").empty())
    {
        describe(out, number.has_value());
        return out;
    }
    if (type == "get" && iq.child("query", kDiscoItemsNs) != nullptr)
    {
        out.add("query", kDiscoItemsNs);
        return out;
    }
    if (type == "get" && iq.child("vCard", kVcardNs) != nullptr)
    {
        auto& card = out.add("vCard", kVcardNs);
        card.add("FN", kVcardNs, number ? number->number.in_fours() : "DMID");
        return out;
    }
    return error_reply(iq, "cancel", "service-unavailable", "");
}
} // namespace dmid::channels::xmpp
