// SPDX-License-Identifier: Apache-2.0
#include "proof/block.hpp"

#include "codec/rlp.hpp"
#include "crypto/keccak.hpp"

#include <array>

namespace dmid::proof
{
namespace
{
using Bloom = FixedBytes<256, struct BloomTag>;
using Nonce = FixedBytes<8, struct NonceTag>;

/// How a header field stands in JSON and in RLP.
enum class Form : std::uint8_t
{
    data,     ///< bytes as they are
    quantity, ///< a number
};

struct HeaderField
{
    std::string_view name;
    Form form;
};

// Yellow Paper §4.4.3, then EIP-1559, 4895, 4844 (two), 4788 and 7685, in the order that forks added them.
constexpr std::array<HeaderField, 21> kFields{{
    {"parentHash", Form::data},
    {"sha3Uncles", Form::data},
    {"miner", Form::data},
    {"stateRoot", Form::data},
    {"transactionsRoot", Form::data},
    {"receiptsRoot", Form::data},
    {"logsBloom", Form::data},
    {"difficulty", Form::quantity},
    {"number", Form::quantity},
    {"gasLimit", Form::quantity},
    {"gasUsed", Form::quantity},
    {"timestamp", Form::quantity},
    {"extraData", Form::data},
    {"mixHash", Form::data},
    {"nonce", Form::data},
    {"baseFeePerGas", Form::quantity},
    {"withdrawalsRoot", Form::data},
    {"blobGasUsed", Form::quantity},
    {"excessBlobGas", Form::quantity},
    {"parentBeaconBlockRoot", Form::data},
    {"requestsHash", Form::data},
}};
constexpr std::size_t kAlwaysThere = 15;

Result<BlockHeader> read(ByteView rlp)
{
    BlockHeader out;
    DMID_TRY(auto items, codec::RlpReader::list(rlp, kMaxHeader));
    DMID_TRY(out.parent_hash, items.fixed<Hash32>());
    DMID_TRY(items.fixed<Hash32>());  // ommers
    DMID_TRY(items.fixed<Address>()); // beneficiary
    DMID_TRY(out.state_root, items.fixed<Hash32>());
    DMID_TRY(items.fixed<Hash32>()); // transactions
    DMID_TRY(out.receipts_root, items.fixed<Hash32>());
    DMID_TRY(items.fixed<Bloom>());
    DMID_TRY(items.u256()); // difficulty
    DMID_TRY(out.number, items.uint());
    DMID_TRY(items.uint()); // gas limit
    DMID_TRY(items.uint()); // gas used
    DMID_TRY(auto timestamp, items.uint());
    if (timestamp > (std::uint64_t{1} << 40U))
        return fail(Errc::codec_range, "timestamp");
    out.timestamp = static_cast<UnixTime>(timestamp);
    DMID_TRY(items.bytes());         // extra data
    DMID_TRY(items.fixed<Hash32>()); // mix hash
    DMID_TRY(items.fixed<Nonce>());
    while (!items.empty())
    {
        DMID_TRY(items.bytes());
    }
    out.hash = crypto::keccak256(rlp);
    return out;
}
} // namespace

std::string_view to_text(Tier tier) noexcept
{
    switch (tier)
    {
    case Tier::t1:
        return "T1";
    case Tier::t2:
        return "T2";
    case Tier::t3:
        return "T3";
    default:
        return "checkpoint";
    }
}

bool is_stale(const AgreedBlock& block, UnixTime now) noexcept
{
    return now - block.timestamp > (block.finalized ? kStaleFinalized : kStaleLatest);
}

Result<BlockHeader> decode_header(ByteView rlp)
{
    auto header = read(rlp);
    if (!header)
        return fail(Errc::proof_header_invalid, to_string(header.error()));
    return header;
}

Result<BlockHeader> decode_header(ByteView rlp, const Hash32& expected)
{
    if (crypto::keccak256(rlp) != expected)
        return fail(Errc::proof_header_hash, to_hex0x(expected.view()));
    return decode_header(rlp);
}

Result<Bytes> encode_header(const codec::JsonItem& block)
{
    codec::RlpWriter out;
    bool ended = false;
    for (std::size_t i = 0; i < kFields.size(); ++i)
    {
        const auto& field = kFields[i];
        if (i >= kAlwaysThere && !block.optional(field.name))
        {
            ended = true;
            continue;
        }
        // A field behind a gap would change places in the list.
        if (ended)
            return block.refuse(Errc::codec_missing_key, "a field before " + std::string{field.name});
        DMID_TRY(auto item, block.field(field.name));
        if (field.form == Form::quantity)
        {
            DMID_TRY(auto value, item.quantity256());
            out.u256(value);
        }
        else
        {
            DMID_TRY(auto value, item.data(kMaxHeader));
            out.bytes(value);
        }
    }
    auto rlp = out.wrap();
    // JSON says nothing of lengths and ranges: what does not read back is no header.
    DMID_TRY(decode_header(rlp));
    return rlp;
}

AgreedBlock agree(const BlockHeader& header, std::uint64_t chain_id, Tier tier, unsigned agreeing,
                  unsigned asked, bool finalized) noexcept
{
    return AgreedBlock{chain_id, header.hash, header.number, header.timestamp, header.state_root,
                       tier,     agreeing,    asked,         finalized};
}
} // namespace dmid::proof
