// SPDX-License-Identifier: Apache-2.0
#include "api/views.hpp"

#include "codec/address.hpp"
#include "model/identifier.hpp"
#include "proof/layout.hpp"

namespace dmid::api
{
namespace json = boost::json;

namespace
{
std::string hex(const auto& bytes)
{
    return to_hex(bytes.view());
}

json::array names(model::ClassMask classes)
{
    json::array out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((classes >> i & 1U) != 0)
            out.emplace_back(model::name(static_cast<model::Class>(i)));
    return out;
}

json::object flags(const proof::VerifiedRecord& record)
{
    return {{"locked", record.has_flag(proof::kFlagLocked)},
            {"frozen", record.has_flag(proof::kFlagFrozen)},
            {"recovery_announced", record.has_flag(proof::kFlagRecoveryAnnounced)},
            {"claim_announced", record.has_flag(proof::kFlagClaimAnnounced)},
            {"silent", record.has_flag(proof::kFlagSilent)}};
}
} // namespace

std::string did_of(const model::Identity& identity)
{
    return model::to_did({identity.network, identity.number, std::nullopt});
}

json::object to_json(const gateway::PartyInfo& party)
{
    return {{"id", party.id},
            {"words", party.words},
            {"kind", party.kind},
            {"contact", party.contact},
            {"blocked", party.blocked}};
}

json::object to_json(const gateway::MessageInfo& message)
{
    json::array receipts;
    for (const auto& receipt : message.receipts)
        receipts.push_back({{"state", gateway::name(receipt.state)},
                            {"label", receipt.label},
                            {"channel", receipt.channel},
                            {"time", receipt.at},
                            {"detail", receipt.detail},
                            {"repeated", receipt.repeated}});
    json::array files;
    for (const auto& file : message.files)
        files.push_back({{"name", file.name},
                         {"type", file.media_type},
                         {"size", file.size},
                         {"sha256", hex(file.sha256)}});
    json::array proofs;
    for (const auto& proof : message.proofs)
        proofs.emplace_back(proof);
    json::value amends;
    if (message.amends)
        amends = json::object{{"what", gateway::name(message.amends->kind)},
                              {"message", hex(message.amends->message)}};
    return {{"id", hex(message.id)},
            {"position", message.position},
            {"thread", hex(message.thread)},
            {"direction", message.incoming ? "in" : "out"},
            {"with", to_json(message.with)},
            {"by", message.by},
            {"proofs", std::move(proofs)},
            {"encryption", message.encryption},
            {"subject", message.subject},
            {"text", message.text},
            {"files", std::move(files)},
            {"lost", message.lost},
            {"amends", std::move(amends)},
            {"sent_at", message.sent_at},
            {"received_at", message.received_at},
            {"state", gateway::name(message.state)},
            {"why", message.why},
            {"receipts", std::move(receipts)}};
}

json::object to_json(const gateway::Page& page)
{
    json::array messages;
    for (const auto& message : page.messages)
        messages.push_back(to_json(message));
    json::object out{{"messages", std::move(messages)}, {"next", nullptr}};
    if (page.next)
        out["next"] = *page.next;
    return out;
}

json::object to_json(const gateway::ThreadInfo& thread)
{
    return {{"thread", hex(thread.thread)},
            {"with", to_json(thread.with)},
            {"last", thread.last_at},
            {"state", gateway::name(thread.state)}};
}

json::object to_json(const gateway::Binding& binding, const gateway::WayHealth& health)
{
    return {{"label", binding.label},
            {"channel", binding.channel},
            {"address", binding.address},
            {"state", gateway::name(binding.state)},
            {"since", binding.since},
            {"proven", binding.proven},
            {"last_success", health.last_success},
            {"last_failure", health.last_failure},
            {"last_error", health.last_error},
            {"failures", health.failures}};
}

json::object to_json(const model::Document& document)
{
    json::array relays;
    for (const auto& relay : document.relays)
        relays.emplace_back(relay);
    json::array gateways;
    for (const auto& gateway : document.gateways)
        gateways.push_back({{"url", gateway.url}, {"node_key", hex(gateway.node_key)}});
    json::array known_as;
    for (const auto& name : document.also_known_as)
        known_as.emplace_back(name);
    return {{"inbox_key", hex(document.inbox_key)},
            {"policy_key", hex(document.policy_key)},
            {"relays", std::move(relays)},
            {"gateways", std::move(gateways)},
            {"mail_domain", document.mail_domain},
            {"terms",
             {{"work", document.terms.work},
              {"proofs", names(document.terms.accepts)},
              {"try_other", document.terms.try_other}}},
            {"also_known_as", std::move(known_as)},
            {"handovers", document.handovers.size()},
            {"continuity", document.continuity.has_value()}};
}

json::object to_json(const resolve::Resolution& resolution, bool with_proof)
{
    const auto& record = resolution.record;
    const auto& block = record.block();
    json::array set_aside;
    for (const auto& one : resolution.set_aside)
        set_aside.push_back(
            {{"label", one.label}, {"code", name(one.error.code)}, {"detail", one.error.context}});
    json::object out{{"id", did_of(resolution.identity)},
                     {"number", resolution.identity.number.in_fours()},
                     {"chain", resolution.identity.network.chain_id},
                     {"registry", codec::checksum_address(resolution.identity.network.registry)},
                     {"owner", codec::checksum_address(record.owner())},
                     {"epoch", record.epoch()},
                     {"seq", record.seq()},
                     {"published_block", record.published_block()},
                     {"published_final", nullptr},
                     {"flags", flags(record)},
                     {"inbox_key", hex(record.inbox_key())},
                     {"document", nullptr},
                     {"tier", proof::to_text(block.tier)},
                     {"agreeing", block.agreeing},
                     {"asked", block.asked},
                     {"block",
                      {{"number", block.number},
                       {"hash", to_hex0x(block.hash.view())},
                       {"time", block.timestamp},
                       {"finalized", block.finalized}}},
                     {"finality", chain::to_text(resolution.finality)},
                     {"age", resolution.age},
                     {"stale", resolution.stale},
                     {"served_by", resolution.served_by},
                     {"set_aside", std::move(set_aside)}};
    if (resolution.published_final && record.published())
        out["published_final"] = *resolution.published_final;
    if (resolution.document)
        out["document"] = to_json(*resolution.document);
    if (with_proof)
        out["bundle"] = to_base64(proof::encode_bundle(resolution.bundle));
    return out;
}
} // namespace dmid::api
