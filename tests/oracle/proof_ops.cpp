// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "ops.hpp"
#include "proof/bundle.hpp"
#include "proof/record.hpp"
#include "proof/rpc_proof.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;

Result<proof::Nodes> nodes_of(const codec::JsonItem& list)
{
    proof::Nodes out;
    DMID_TRY(auto items, list.array());
    for (const auto& item : items)
    {
        DMID_TRY(auto node, item.data());
        out.push_back(std::move(node));
    }
    return out;
}

// {"root":…,"keys":[…],"nodes":[…]} or {"proofs":[[…],…]} to be merged → the values, null where absent.
Result<json::value> mpt(const Args& args)
{
    const json::value all(args);
    const codec::JsonItem root_item{all, "args"};
    DMID_TRY(auto root, fixed_arg<Hash32>(args, "root"));
    proof::Nodes nodes;
    if (auto lists = root_item.optional("proofs"))
    {
        std::vector<proof::Nodes> proofs;
        DMID_TRY(auto items, lists->array());
        for (const auto& item : items)
        {
            DMID_TRY(auto one, nodes_of(item));
            proofs.push_back(std::move(one));
        }
        nodes = proof::merge_proofs(proofs);
    }
    else
    {
        DMID_TRY(auto item, root_item.field("nodes"));
        DMID_TRY(nodes, nodes_of(item));
    }
    proof::TrieWalk walk{root, nodes};
    DMID_TRY(auto keys_item, root_item.field("keys"));
    DMID_TRY(auto keys, keys_item.array());
    json::array out;
    for (const auto& key_item : keys)
    {
        DMID_TRY(auto key, key_item.fixed<Hash32>());
        DMID_TRY(auto value, walk.find(key));
        out.push_back(value ? hex(*value) : json::value{});
    }
    DMID_TRY(walk.finish());
    return out;
}

struct Question
{
    proof::AgreedBlock block;
    proof::RegistryRef ref;
    model::Number number;
};

// {"header"|"block":…,"hash":…,"chain":1,"registry":…,"codeHash":…,"number":"8312…"}
Result<Question> question(const Args& args, ByteView header_rlp)
{
    Question out;
    DMID_TRY(auto hash, fixed_arg<Hash32>(args, "hash"));
    DMID_TRY(auto header, proof::decode_header(header_rlp, hash));
    const json::value all(args);
    DMID_TRY(auto chain_item, (codec::JsonItem{all, "args"}.field("chain")));
    DMID_TRY(out.ref.chain_id, chain_item.uint());
    out.block = proof::agree(header, out.ref.chain_id, proof::Tier::checkpoint, 1, 1, false);
    DMID_TRY(out.ref.registry, fixed_arg<Address>(args, "registry"));
    DMID_TRY(out.ref.code_hash, fixed_arg<Hash32>(args, "codeHash"));
    DMID_TRY(auto digits, text_arg(args, "number"));
    DMID_TRY(out.number, model::Number::parse(digits));
    return out;
}

json::value record_to_json(const proof::Verified& verified)
{
    const auto* record = std::get_if<proof::VerifiedRecord>(&verified);
    if (record == nullptr)
        return nullptr;
    return {{"owner", hex(record->owner().view())},
            {"epoch", record->epoch()},
            {"seq", record->seq()},
            {"publishedBlock", record->published_block()},
            {"flags", record->flags()},
            {"inboxKey", hex(record->inbox_key().view())},
            {"documentHash", hex(record->document_hash().view())},
            {"document", record->document() ? hex(*record->document()) : json::value{}}};
}

// An endpoint's two answers, as they come: {"block":{…},"proof":{…}} → the record and its bundle.
Result<json::value> record_from_rpc(const Args& args)
{
    const json::value all(args);
    const codec::JsonItem root{all, "args"};
    DMID_TRY(auto block_item, root.field("block"));
    DMID_TRY(auto header, proof::encode_header(block_item));
    DMID_TRY(auto asked, question(args, header));
    DMID_TRY(auto proof_item, root.field("proof"));
    DMID_TRY(auto rpc, proof::parse_rpc_proof(proof_item, asked.ref.registry, asked.number));
    DMID_TRY(auto registry, proof::verify_registry(asked.block, asked.ref, rpc.account));
    std::optional<Bytes> document;
    if (args.contains("document"))
    {
        DMID_TRY(document, bytes_arg(args, "document"));
    }
    DMID_TRY(auto verified, proof::verify_record(registry, asked.number, rpc.storage, document));
    DMID_TRY(proof::check_claims(rpc, registry, verified));
    const proof::Bundle bundle{asked.ref.chain_id, asked.ref.registry, asked.number, header,
                               rpc.account,        rpc.storage,        document};
    return json::value{{"record", record_to_json(verified)}, {"bundle", hex(proof::encode_bundle(bundle))}};
}

Result<json::value> record_from_bundle(const Args& args)
{
    DMID_TRY(auto data, bytes_arg(args, "bundle"));
    DMID_TRY(auto bundle, proof::decode_bundle(data));
    DMID_TRY(auto asked, question(args, bundle.header));
    DMID_TRY(auto verified, proof::verify(asked.block, asked.ref, asked.number, std::move(bundle)));
    return record_to_json(verified);
}
} // namespace

void add_proof_ops(Ops& ops)
{
    ops["mpt"] = mpt;
    ops["slots"] = [](const Args& args) -> Result<json::value>
    {
        DMID_TRY(auto digits, text_arg(args, "number"));
        DMID_TRY(auto number, model::Number::parse(digits));
        json::array out;
        for (const auto& slot : proof::record_slots(number))
            out.push_back(hex(slot.view()));
        return out;
    };
    ops["number"] = [](const Args& args) -> Result<json::value>
    {
        DMID_TRY(auto digits, text_arg(args, "payload"));
        DMID_TRY(auto payload, codec::U256::from_decimal(digits));
        DMID_TRY(auto number, model::Number::from_payload(payload.low64()));
        return text(number.digits());
    };
    ops["record.rpc"] = record_from_rpc;
    ops["record.bundle"] = record_from_bundle;
}
} // namespace dmid::oracle
