// SPDX-License-Identifier: Apache-2.0
#include "proof/record.hpp"

#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"
#include "crypto/keccak_many.hpp"

#include <algorithm>

namespace dmid::proof
{
namespace
{
/// A storage word: the leaf holds a number in RLP without leading zeroes; absence is zero.
Result<codec::U256> read_word(const std::optional<ByteView>& leaf)
{
    if (!leaf)
        return codec::U256{};
    codec::RlpReader reader{*leaf};
    auto value = reader.u256();
    // Ethereum deletes the leaf of a zero; a local anvil keeps it. Both prove the same.
    if (!value || !reader.empty())
        return fail(Errc::proof_node_invalid, "not a storage word");
    return value;
}

Result<> check_document(const Bytes& document, const Hash32& hash)
{
    if (document.size() > kMaxDocument)
        return fail(Errc::document_too_large, std::to_string(document.size()) + " bytes");
    if (crypto::keccak256(document) != hash)
        return fail(Errc::document_hash_mismatch, to_hex0x(hash.view()));
    return {};
}

Result<> same(bool equal, std::string_view what)
{
    if (!equal)
        return fail(Errc::proof_value_mismatch, std::string{what});
    return {};
}
} // namespace

Result<VerifiedRegistry> verify_registry(const AgreedBlock& block, const RegistryRef& ref,
                                         std::span<const Bytes> account_proof)
{
    if (block.chain_id != ref.chain_id)
        return fail(Errc::chain_wrong_chain, std::to_string(block.chain_id));
    TrieWalk walk{block.state_root, account_proof};
    DMID_TRY(auto leaf, walk.find(crypto::keccak256(ref.registry.view())));
    DMID_TRY(walk.finish());
    if (!leaf)
        return fail(Errc::proof_account_absent, to_hex0x(ref.registry.view()));
    const auto read = [&leaf]() -> Result<std::pair<Hash32, Hash32>>
    {
        DMID_TRY(auto items, codec::RlpReader::list(*leaf));
        DMID_TRY(items.uint()); // nonce
        DMID_TRY(items.u256()); // balance
        DMID_TRY(auto storage_root, items.fixed<Hash32>());
        DMID_TRY(auto code_hash, items.fixed<Hash32>());
        DMID_TRY(items.finish());
        return std::pair{storage_root, code_hash};
    };
    const auto account = read();
    if (!account)
        return fail(Errc::proof_node_invalid, "account: " + to_string(account.error()));
    if (account->second != ref.code_hash)
        return fail(Errc::proof_code_hash, to_hex0x(account->second.view()));
    VerifiedRegistry out;
    out.block_ = block;
    out.ref_ = ref;
    out.storage_root_ = account->first;
    return out;
}

Result<Verified> verify_record(const VerifiedRegistry& registry, model::Number number,
                               std::span<const Bytes> storage_proof, std::optional<Bytes> document)
{
    TrieWalk walk{registry.storage_root(), storage_proof};
    RecordWords words;
    const auto slots = record_slots(number);
    std::array<ByteView, std::tuple_size_v<RecordWords>> names;
    std::transform(slots.begin(), slots.end(), names.begin(), [](const auto& slot) { return slot.view(); });
    std::array<Hash32, names.size()> keys;
    crypto::keccak256_many(names, keys);
    for (std::size_t i = 0; i < words.size(); ++i)
    {
        DMID_TRY(auto leaf, walk.find(keys[i]));
        DMID_TRY(words[i], read_word(leaf));
    }
    DMID_TRY(walk.finish());

    const auto fields = unpack_record(words);
    if (document)
    {
        DMID_TRY(same(!fields.document_hash.is_zero(), "a document where none is published"));
        DMID_TRY(check_document(*document, fields.document_hash));
    }
    if (words[0].is_zero())
    {
        DMID_TRY(same(words[1].is_zero() && words[2].is_zero(), "a record without an owner"));
        VerifiedAbsence out;
        out.block_ = registry.block();
        out.ref_ = registry.ref();
        out.number_ = number;
        return Verified{out};
    }
    VerifiedRecord out;
    out.block_ = registry.block();
    out.ref_ = registry.ref();
    out.number_ = number;
    out.fields_ = fields;
    out.document_ = std::move(document);
    return Verified{std::move(out)};
}

Result<VerifiedRecord> VerifiedRecord::with_document(Bytes document) const
{
    DMID_TRY(check_document(document, document_hash()));
    auto out = *this;
    out.document_ = std::move(document);
    return out;
}

Result<Verified> verify(const AgreedBlock& block, const RegistryRef& ref, model::Number number, Bundle bundle)
{
    DMID_TRY(same(bundle.chain_id == ref.chain_id, "the bundle's chain"));
    DMID_TRY(same(bundle.registry == ref.registry, "the bundle's registry"));
    DMID_TRY(same(bundle.number == number, "the bundle's number"));
    DMID_TRY(auto header, decode_header(bundle.header, block.hash));
    DMID_TRY(same(header.state_root == block.state_root && header.number == block.number &&
                      header.timestamp == block.timestamp,
                  "the agreed block's header"));
    DMID_TRY(auto registry, verify_registry(block, ref, bundle.account));
    return verify_record(registry, number, bundle.storage, std::move(bundle.document));
}

Result<VerifiedRecord> present(Verified verified)
{
    if (auto* record = std::get_if<VerifiedRecord>(&verified))
        return std::move(*record);
    return fail(Errc::proof_absent, std::get<VerifiedAbsence>(verified).number().in_fours());
}
} // namespace dmid::proof
