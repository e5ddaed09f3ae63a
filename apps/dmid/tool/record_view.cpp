// SPDX-License-Identifier: Apache-2.0
#include "tool/record_view.hpp"

#include "codec/address.hpp"
#include "model/identifier.hpp"
#include "proof/layout.hpp"

#include <algorithm>

namespace dmid::tool
{
namespace
{
std::string state_words(const proof::VerifiedRecord& record)
{
    std::string out = record.has_flag(proof::kFlagLocked) ? "locked" : "not locked";
    if (record.has_flag(proof::kFlagFrozen))
        out += ", frozen";
    if (record.has_flag(proof::kFlagRecoveryAnnounced))
        out += ", recovery announced";
    if (record.has_flag(proof::kFlagClaimAnnounced))
        out += ", claim announced";
    if (record.has_flag(proof::kFlagSilent))
        out += ", silent";
    return out;
}

std::string trust_words(const proof::AgreedBlock& block)
{
    const auto tier = std::string{proof::to_text(block.tier)};
    if (block.tier == proof::Tier::t1)
        return tier + ": one endpoint's word for the block";
    if (block.tier == proof::Tier::t2)
        return tier + ": " + std::to_string(block.agreeing) + " of " + std::to_string(block.asked) +
               " endpoints agree";
    if (block.tier == proof::Tier::t3)
        return tier + ": an endpoint declared to verify what it serves";
    return tier + ": a block hash from outside";
}

std::string age_words(const resolve::Resolution& resolution)
{
    return span_text(resolution.age) + ", " + std::string{chain::to_text(resolution.finality)} +
           (resolution.stale ? ", STALE" : "");
}

std::string final_words(const resolve::Resolution& resolution)
{
    if (!resolution.published_final)
        return {};
    return *resolution.published_final ? ", final" : ", not final yet";
}

std::string class_words(model::ClassMask classes)
{
    std::string out;
    for (unsigned i = 0; i < model::kClassCount; ++i)
        if ((classes >> i & 1U) != 0)
            (out += out.empty() ? "" : ", ") += model::name(static_cast<model::Class>(i));
    return out;
}
} // namespace

void add_document(Table& table, const model::Document& document)
{
    table.row({"policy key", to_hex(document.policy_key.view())});
    for (const auto& gateway : document.gateways)
        table.row({"gateway", safe_text(gateway.url) + "  key " + to_hex(gateway.node_key.view())});
    for (const auto& relay : document.relays)
        table.row({"relay", safe_text(relay)});
    if (!document.mail_domain.empty())
        table.row({"mail domain", safe_text(document.mail_domain)});
    if (document.terms.work > 0)
        table.row({"strangers", std::to_string(document.terms.work) + " bits of work suffice"});
    if (document.terms.accepts != 0)
        table.row({"or prove", class_words(document.terms.accepts)});
    for (const auto& other : document.also_known_as)
        table.row({"claims to be", safe_text(other) + "  (unproven)"});
    for (const auto& handover : document.handovers)
        table.row({"handover", "from " + to_hex(handover.from.view())});
    if (document.continuity)
        table.row({"continuity", "same person as epoch " + std::to_string(document.continuity->from_epoch)});
}

Table record_table(const resolve::Resolution& resolution)
{
    const auto& record = resolution.record;
    const auto& block = record.block();
    Table table;
    table.row({"number", model::to_text(resolution.identity.number, resolution.identifier.tail)});
    table.row({"id", model::to_did({resolution.identity.network, resolution.identity.number, {}})});
    table.row({"owner", codec::checksum_address(record.owner())});
    table.row({"epoch", std::to_string(record.epoch())});
    table.row({"state", state_words(record)});
    if (record.published())
    {
        table.row({"published", "seq " + std::to_string(record.seq()) + ", block " +
                                    std::to_string(record.published_block()) + final_words(resolution)});
        table.row({"inbox key", to_hex(record.inbox_key().view())});
    }
    else
        table.row({"published", "nothing in this epoch; nothing can be sealed to it"});
    if (resolution.document)
        add_document(table, *resolution.document);
    else if (record.published())
        table.row({"document", "nobody gave its bytes"});
    table.row({"block", std::to_string(block.number) + "  " + to_hex0x(block.hash.view())});
    table.row({"age", age_words(resolution)});
    table.row({"trust", trust_words(block)});
    return table;
}

Result<resolve::Resolution> resolution_of(proof::VerifiedRecord record, proof::Bundle bundle, UnixTime now)
{
    const model::Network network{record.registry().chain_id, record.registry().registry};
    const model::Identity identity{network, record.number(), record.epoch()};
    std::optional<model::Document> document;
    if (record.document())
    {
        DMID_TRY(document, model::decode_document(*record.document()));
        DMID_TRY(model::verify_document(*document, identity, record.owner(), record.inbox_key()));
    }
    const auto age = std::max<UnixTime>(0, now - record.block().timestamp);
    const bool stale = proof::is_stale(record.block(), now);
    const bool record_is_final = record.block().finalized;
    return resolve::Resolution{.identifier = {network, record.number(), std::nullopt},
                               .identity = identity,
                               .record = std::move(record),
                               .document = std::move(document),
                               .finality =
                                   record_is_final ? chain::Finality::finalized : chain::Finality::latest,
                               .age = age,
                               .stale = stale,
                               .served_by = {},
                               .set_aside = {},
                               .bundle = std::move(bundle)};
}

std::string block_words(const resolve::Resolution& resolution)
{
    const auto& block = resolution.record.block();
    return "block " + std::to_string(block.number) + ", age " + age_words(resolution) + ", " +
           trust_words(block);
}

void warn_of(Output& out, const resolve::Resolution& resolution)
{
    for (const auto& one : resolution.set_aside)
        out.warn("endpoint set aside: " + safe_text(one.label) + ": " + safe_text(to_string(one.error)));
    if (resolution.stale)
        out.warn("the newest agreed block is " + span_text(resolution.age) + " old");
}
} // namespace dmid::tool
