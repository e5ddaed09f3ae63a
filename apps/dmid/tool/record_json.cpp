// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "model/identifier.hpp"
#include "proof/layout.hpp"
#include "tool/record_view.hpp"

#include <boost/json.hpp>

namespace dmid::tool
{
namespace json = boost::json;
namespace
{
json::array texts(const std::vector<std::string>& list)
{
    json::array out;
    for (const auto& text : list)
        out.emplace_back(text);
    return out;
}

json::object terms_json(const model::Terms& terms)
{
    json::array proofs;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((terms.accepts >> i & 1U) != 0)
            proofs.emplace_back(model::name(static_cast<model::Class>(i)));
    return {{"work", terms.work}, {"proofs", std::move(proofs)}, {"try_other", terms.try_other}};
}

json::object flags_json(const proof::VerifiedRecord& record)
{
    return {{"locked", record.has_flag(proof::kFlagLocked)},
            {"frozen", record.has_flag(proof::kFlagFrozen)},
            {"recovery_announced", record.has_flag(proof::kFlagRecoveryAnnounced)},
            {"claim_announced", record.has_flag(proof::kFlagClaimAnnounced)},
            {"silent", record.has_flag(proof::kFlagSilent)}};
}

json::object block_json(const proof::AgreedBlock& block)
{
    return {{"number", block.number},
            {"hash", to_hex0x(block.hash.view())},
            {"time", block.timestamp},
            {"finalized", block.finalized}};
}
} // namespace

json::object document_json(const model::Document& document)
{
    json::array gateways;
    for (const auto& gateway : document.gateways)
        gateways.push_back({{"url", gateway.url}, {"node_key", to_hex(gateway.node_key.view())}});
    return {{"inbox_key", to_hex(document.inbox_key.view())},
            {"policy_key", to_hex(document.policy_key.view())},
            {"relays", texts(document.relays)},
            {"gateways", std::move(gateways)},
            {"mail_domain", document.mail_domain},
            {"terms", terms_json(document.terms)},
            {"also_known_as", texts(document.also_known_as)},
            {"handovers", document.handovers.size()},
            {"continuity", document.continuity.has_value()}};
}

json::object record_json(const resolve::Resolution& resolution)
{
    const auto& record = resolution.record;
    const auto& network = resolution.identity.network;
    json::array set_aside;
    for (const auto& one : resolution.set_aside)
        set_aside.push_back(
            {{"label", one.label}, {"code", name(one.error.code)}, {"detail", safe_text(one.error.context)}});
    json::object out{{"id", model::to_did({network, resolution.identity.number, {}})},
                     {"number", resolution.identity.number.in_fours()},
                     {"registry", codec::checksum_address(network.registry)},
                     {"chain", network.chain_id},
                     {"owner", codec::checksum_address(record.owner())},
                     {"epoch", record.epoch()},
                     {"seq", record.seq()},
                     {"published_block", record.published_block()},
                     {"flags", flags_json(record)},
                     {"inbox_key", to_hex(record.inbox_key().view())},
                     {"document", nullptr}};
    out["published_final"] = nullptr;
    if (resolution.published_final && record.published())
        out["published_final"] = *resolution.published_final;
    if (resolution.document)
        out["document"] = document_json(*resolution.document);
    out["tier"] = proof::to_text(record.block().tier);
    out["agreeing"] = record.block().agreeing;
    out["asked"] = record.block().asked;
    out["block"] = block_json(record.block());
    out["finality"] = chain::to_text(resolution.finality);
    out["age"] = resolution.age;
    out["stale"] = resolution.stale;
    out["served_by"] = resolution.served_by;
    out["set_aside"] = std::move(set_aside);
    return out;
}
} // namespace dmid::tool
