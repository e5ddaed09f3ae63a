// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "codec/json.hpp"

#include <cstdint>
#include <string_view>

namespace dmid::proof
{
/// How the block hash that a read rests on was agreed (docs/protocol/proof.md §2).
enum class Tier : std::uint8_t
{
    t1 = 1,     ///< one endpoint's word
    t2,         ///< m of n endpoints gave the same hash, m > n/2
    t3,         ///< an endpoint that the operator declares to be a verifying proxy
    checkpoint, ///< a hash that the reader was given from outside
};

/// "T1", "T2", "T3" or "checkpoint".
std::string_view to_text(Tier tier) noexcept;

/// What a header says, and the hash that says it.
struct BlockHeader
{
    Hash32 hash;
    Hash32 parent_hash;
    Hash32 state_root;
    Hash32 receipts_root;
    std::uint64_t number = 0;
    UnixTime timestamp = 0;
};

/// A block that the reader has decided to trust, made by chain/ from endpoints or by a command from a hash
/// that was given to it. Everything that is proven is proven under its state root.
struct AgreedBlock
{
    std::uint64_t chain_id = 0;
    Hash32 hash;
    std::uint64_t number = 0;
    UnixTime timestamp = 0;
    Hash32 state_root;
    Tier tier = Tier::t1;
    unsigned agreeing = 1; ///< endpoints that gave this hash
    unsigned asked = 1;    ///< endpoints that were asked
    bool finalized = false;

    bool operator==(const AgreedBlock&) const = default;
};

inline constexpr UnixTime kStaleLatest = 15 * 60;    ///< seconds after which a read at latest is stale
inline constexpr UnixTime kStaleFinalized = 30 * 60; ///< the same at finalized
inline constexpr std::size_t kMaxHeader = 4096;      ///< bytes; mainnet headers have about 650

/// True where the block is older than its kind of read allows.
bool is_stale(const AgreedBlock& block, UnixTime now) noexcept;

/// Reads a header in RLP; hash is computed. Fields after the fifteenth are taken as they come, since forks
/// add some. proof.header-invalid.
Result<BlockHeader> decode_header(ByteView rlp);

/// The same, and holds it against the hash that it must have: proof.header-hash.
Result<BlockHeader> decode_header(ByteView rlp, const Hash32& expected);

/// The RLP of a header from an endpoint's answer to eth_getBlockBy…; the fields up to requestsHash (Prague).
/// Nothing is believed: decode_header() with the agreed hash judges the result. codec.* with the path;
/// proof.header-invalid for fields that make no header.
Result<Bytes> encode_header(const codec::JsonItem& block);

/// The agreed block of a header whose hash is trusted.
AgreedBlock agree(const BlockHeader& header, std::uint64_t chain_id, Tier tier, unsigned agreeing,
                  unsigned asked, bool finalized) noexcept;
} // namespace dmid::proof
