// SPDX-License-Identifier: Apache-2.0
#include "proof/rpc_proof.hpp"

namespace dmid::proof
{
namespace
{
Result<Nodes> read_nodes(const codec::JsonItem& list)
{
    Nodes out;
    DMID_TRY(auto items, list.array());
    if (items.size() > kMaxNodes)
        return fail(Errc::proof_too_large, list.path());
    for (const auto& item : items)
    {
        DMID_TRY(auto node, item.data());
        if (node.size() > kMaxNodeBytes)
            return fail(Errc::proof_too_large, item.path());
        out.push_back(std::move(node));
    }
    return out;
}

/// The key of a storage proof: some endpoints echo it as data, some as a quantity.
Result<codec::U256> read_key(const codec::JsonItem& item)
{
    if (auto word = item.fixed<Hash32>())
        return codec::U256::from_word(*word);
    return item.quantity256();
}
} // namespace

Result<RpcProof> parse_rpc_proof(const codec::JsonItem& result, const Address& registry, model::Number number)
{
    RpcProof out;
    DMID_TRY(auto address_item, result.field("address"));
    DMID_TRY(auto address, address_item.fixed<Address>());
    if (address != registry)
        return address_item.refuse(Errc::proof_value_mismatch, "another account than asked for");
    DMID_TRY(auto code, result.field("codeHash"));
    DMID_TRY(out.claimed_code_hash, code.fixed<Hash32>());
    DMID_TRY(auto root, result.field("storageHash"));
    DMID_TRY(out.claimed_storage_root, root.fixed<Hash32>());
    DMID_TRY(auto account_item, result.field("accountProof"));
    DMID_TRY(auto account, read_nodes(account_item));
    out.account = merge_proofs({&account, 1});

    DMID_TRY(auto storage_item, result.field("storageProof"));
    DMID_TRY(auto entries, storage_item.array());
    if (entries.size() != kRecordWords)
        return storage_item.refuse(Errc::proof_incomplete, "one proof for each word of the record");
    const auto slots = record_slots(number);
    std::array<Nodes, kRecordWords> proofs;
    for (std::size_t i = 0; i < entries.size(); ++i)
    {
        DMID_TRY(auto key_item, entries[i].field("key"));
        DMID_TRY(auto key, read_key(key_item));
        if (key.to_word() != slots[i])
            return key_item.refuse(Errc::proof_value_mismatch, "another slot than asked for");
        DMID_TRY(auto value, entries[i].field("value"));
        DMID_TRY(out.claimed_words[i], value.quantity256());
        DMID_TRY(auto proof, entries[i].field("proof"));
        DMID_TRY(proofs[i], read_nodes(proof));
    }
    out.storage = merge_proofs(proofs);
    return out;
}

Result<> check_claims(const RpcProof& proof, const VerifiedRegistry& registry, const Verified& verified)
{
    const auto* record = std::get_if<VerifiedRecord>(&verified);
    const auto words = record == nullptr ? RecordWords{} : pack_record(record->fields());
    const auto claimed = unpack_record(proof.claimed_words);
    const auto proven = unpack_record(words);
    if (proof.claimed_code_hash != registry.ref().code_hash)
        return fail(Errc::proof_value_mismatch, "codeHash");
    if (proof.claimed_storage_root != registry.storage_root())
        return fail(Errc::proof_value_mismatch, "storageHash");
    if (claimed.owner != proven.owner)
        return fail(Errc::proof_value_mismatch, "owner");
    if (proof.claimed_words[0] != words[0])
        return fail(Errc::proof_value_mismatch, "epoch, seq, block or flags");
    if (claimed.inbox_key != proven.inbox_key)
        return fail(Errc::proof_value_mismatch, "inbox key");
    if (claimed.document_hash != proven.document_hash)
        return fail(Errc::proof_value_mismatch, "document hash");
    return {};
}
} // namespace dmid::proof
