// SPDX-License-Identifier: Apache-2.0
#include "tool/draft.hpp"

#include "crypto/secp256k1.hpp"
#include "model/npub.hpp"

namespace dmid::tool
{
namespace
{
/// `https://host=KEY`, the key in hex or as an npub; without a key this home's own node key.
Result<model::Gateway> parse_gateway(const KeyRing& ring, const std::string& text)
{
    model::Gateway out;
    const auto cut = text.rfind('=');
    out.url = text.substr(0, cut);
    if (cut == std::string::npos)
    {
        DMID_TRY(out.node_key, ring.public_key(keys::Role::node));
        return out;
    }
    const auto key = text.substr(cut + 1);
    if (key.starts_with("npub1"))
    {
        DMID_TRY(out.node_key, model::parse_npub(key));
    }
    else
    {
        DMID_TRY(out.node_key, fixed_from_hex<XOnlyKey>(key));
    }
    return out;
}

/// The values of a repeatable flag; `none` alone is an empty list.
std::optional<std::vector<std::string>> flag_values(const Invocation& call, std::string_view name)
{
    if (!call.has(name))
        return std::nullopt;
    auto values = call.words(name);
    if (values.size() == 1 && values.front() == "none")
        values.clear();
    return values;
}

Result<> fill_gateways(const Invocation& call, const KeyRing& ring, const config::Config& config,
                       model::Document& document)
{
    auto given = flag_values(call, "--gateway");
    if (!given && !config.node.url.empty())
        given = {config.node.url};
    if (!given)
        return {}; // as they are
    document.gateways.clear();
    for (const auto& text : *given)
    {
        DMID_TRY(document.gateways.emplace_back(), parse_gateway(ring, text));
    }
    return {};
}

Result<> fill_terms(const Invocation& call, model::Terms& terms)
{
    DMID_TRY(const auto work, call.count("--work", model::kMaxTermsWork));
    if (work)
        terms.work = static_cast<std::uint8_t>(*work);
    if (const auto accepts = flag_values(call, "--accept"))
    {
        terms.accepts = 0;
        for (const auto& word : *accepts)
        {
            DMID_TRY(const auto one, model::parse_class(word));
            terms.accepts |= model::bit(one);
        }
    }
    return {};
}
} // namespace

std::vector<Option> content_options()
{
    return {{"--gateway", "URL=KEY", "a node that takes messages; without =KEY this home's node key", true},
            {"--relay", "URL", "a Nostr relay, at most three", true},
            {"--mail-domain", "DOMAIN", "where the number has a mail address"},
            {"--work", "BITS", "work that suffices for strangers who prove nothing"},
            {"--accept", "CLASS", "a proof that suffices instead", true},
            {"--also", "NAME",
             "another identifier of yours, such as alice.eth; unproven until it names the number too", true}};
}

Result<> fill_content(const Invocation& call, const KeyRing& ring,
                      const std::optional<model::Document>& present, model::Document& document)
{
    DMID_TRY(const auto config, call.config());
    if (present)
    {
        document.relays = present->relays;
        document.gateways = present->gateways;
        document.mail_domain = present->mail_domain;
        document.terms = present->terms;
        document.also_known_as = present->also_known_as;
        document.listed_keys = present->listed_keys;
        document.continuity = present->continuity;
    }
    DMID_TRY(fill_gateways(call, ring, config, document));
    if (const auto relays = flag_values(call, "--relay"))
        document.relays = *relays;
    else if (!config.nostr.relays.empty())
        document.relays = config.nostr.relays;
    if (const auto domain = flag_values(call, "--mail-domain"))
        document.mail_domain = domain->empty() ? std::string{} : domain->back();
    else if (!config.mail.domain.empty())
        document.mail_domain = config.mail.domain;
    if (const auto also = flag_values(call, "--also"))
        document.also_known_as = *also;
    return fill_terms(call, document.terms);
}

Result<> sign_possession(model::Document& document, const model::Identity& identity, const Secret32& inbox,
                         const XOnlyKey& policy_key)
{
    DMID_TRY(document.inbox_key, crypto::xonly_of(inbox));
    document.policy_key = policy_key;
    DMID_TRY(document.possession,
             crypto::sign_schnorr(model::possession_message(identity, document.inbox_key), inbox, Hash32{}));
    return {};
}

Result<> sign_handover(model::Document& document, const model::Identity& identity,
                       const model::Document& present, const Secret32& old_inbox)
{
    document.handovers = present.handovers;
    if (document.inbox_key == present.inbox_key && document.policy_key == present.policy_key)
        return {};
    model::Handover handover;
    handover.from = present.inbox_key;
    handover.next_inbox = document.inbox_key;
    handover.next_policy = document.policy_key;
    const auto message =
        model::handover_message(identity, handover.from, handover.next_inbox, handover.next_policy);
    DMID_TRY(handover.signature, crypto::sign_schnorr(message, old_inbox, Hash32{}));
    document.handovers.push_back(handover);
    if (document.handovers.size() > model::kMaxHandovers)
        document.handovers.erase(document.handovers.begin());
    return {};
}

Result<> sign_continuity(model::Document& document, const model::Identity& identity, std::uint32_t from_epoch,
                         const Address& owner, const Secret32& old_inbox)
{
    model::Continuity continuity;
    continuity.from_epoch = from_epoch;
    DMID_TRY(continuity.from, crypto::xonly_of(old_inbox));
    continuity.next_inbox = document.inbox_key;
    DMID_TRY(continuity.signature,
             crypto::sign_schnorr(model::continuity_message(identity, from_epoch, owner, document.inbox_key),
                                  old_inbox, Hash32{}));
    document.continuity = continuity;
    return {};
}
} // namespace dmid::tool
