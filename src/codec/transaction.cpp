// SPDX-License-Identifier: Apache-2.0
#include "codec/transaction.hpp"

#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"

namespace dmid::codec
{
namespace
{
constexpr std::uint8_t kType = 0x02;               // EIP-1559
constexpr std::size_t kMaxTransaction = 128 << 10; // what nodes take into their pools
constexpr std::uint8_t kLegacyV = 27;

RlpWriter payload(const Transaction& txn)
{
    RlpWriter list;
    for (const auto& entry : txn.access_list)
    {
        RlpWriter keys;
        for (const auto& key : entry.storage_keys)
            keys.bytes(key.view());
        list.list(RlpWriter{}.bytes(entry.address.view()).list(keys));
    }
    RlpWriter out;
    out.uint(txn.chain_id).uint(txn.nonce).u256(txn.max_priority_fee_per_gas).u256(txn.max_fee_per_gas);
    out.uint(txn.gas_limit).bytes(txn.to ? txn.to->view() : ByteView{}).u256(txn.value).bytes(txn.data);
    out.list(list);
    return out;
}

Bytes typed(const RlpWriter& items)
{
    auto out = items.wrap();
    out.insert(out.begin(), kType);
    return out;
}

Result<std::vector<AccessEntry>> read_access_list(RlpReader entries)
{
    std::vector<AccessEntry> out;
    while (!entries.empty())
    {
        DMID_TRY(auto reader, entries.list());
        AccessEntry entry;
        DMID_TRY(entry.address, reader.fixed<Address>());
        DMID_TRY(auto keys, reader.list());
        DMID_TRY(reader.finish());
        while (!keys.empty())
        {
            DMID_TRY(auto key, keys.fixed<Hash32>());
            entry.storage_keys.push_back(key);
        }
        out.push_back(std::move(entry));
    }
    return out;
}

Result<Transaction> read_payload(RlpReader& items)
{
    Transaction txn;
    DMID_TRY(txn.chain_id, items.uint());
    DMID_TRY(txn.nonce, items.uint());
    DMID_TRY(txn.max_priority_fee_per_gas, items.u256());
    DMID_TRY(txn.max_fee_per_gas, items.u256());
    DMID_TRY(txn.gas_limit, items.uint());
    DMID_TRY(auto to, items.bytes());
    if (!to.empty())
    {
        DMID_TRY(auto address, Address::from(to));
        txn.to = address;
    }
    DMID_TRY(txn.value, items.u256());
    DMID_TRY(auto data, items.bytes());
    txn.data = to_bytes(data);
    DMID_TRY(auto list, items.list());
    DMID_TRY(txn.access_list, read_access_list(list));
    return txn;
}

Result<EcdsaSignature> read_signature(RlpReader& items)
{
    EcdsaSignature out;
    DMID_TRY(auto parity, items.uint());
    if (parity > 1)
        return fail(Errc::codec_range, "y parity of a transaction");
    DMID_TRY(auto r, items.u256());
    DMID_TRY(auto s, items.u256());
    const auto r_word = r.to_word();
    const auto s_word = s.to_word();
    std::copy(r_word.begin(), r_word.end(), out.bytes.begin());
    std::copy(s_word.begin(), s_word.end(), out.bytes.begin() + 32);
    out.bytes[64] = static_cast<std::uint8_t>(kLegacyV + parity);
    return out;
}
} // namespace

Hash32 Transaction::signing_hash() const
{
    return crypto::keccak256(typed(payload(*this)));
}

Bytes Transaction::signed_raw(const EcdsaSignature& signature) const
{
    const auto view = signature.view();
    auto items = payload(*this);
    items.uint(signature.bytes[64] == kLegacyV ? 0 : 1);
    for (const auto half : {view.first(32), view.subspan(32, 32)})
        items.u256(U256::from_word(*Hash32::from(half)));
    return typed(items);
}

Hash32 transaction_hash(ByteView raw) noexcept
{
    return crypto::keccak256(raw);
}

Result<SignedTransaction> decode_transaction(ByteView raw)
{
    if (raw.empty())
        return fail(Errc::codec_truncated, "transaction");
    if (raw[0] != kType)
        return fail(Errc::codec_type, "only transactions of type 2 are read");
    DMID_TRY(auto items, RlpReader::list(raw.subspan(1), kMaxTransaction));
    SignedTransaction out;
    DMID_TRY(out.txn, read_payload(items));
    DMID_TRY(out.signature, read_signature(items));
    DMID_TRY(items.finish());
    out.hash = transaction_hash(raw);
    return out;
}
} // namespace dmid::codec
