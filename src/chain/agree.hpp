// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "chain/endpoints.hpp"
#include "proof/block.hpp"

#include <string>
#include <vector>

namespace dmid::chain
{
enum class Finality : std::uint8_t
{
    latest,    ///< keys to seal with
    safe,      ///< justified: a reorg below it costs a third of all stake
    finalized, ///< contacts, tickets, audits
};

/// "latest", "safe" or "finalized", as JSON-RPC and our answers write it.
std::string_view to_text(Finality finality) noexcept;

/// An endpoint that was not followed, and why, as its error says.
struct SetAside
{
    std::string label;
    Error error;
};

/// A block, and who vouches for it.
struct Agreement
{
    proof::AgreedBlock block;
    Bytes header;                     ///< RLP; hashes to block.hash
    std::vector<std::size_t> vouched; ///< indices of the endpoints that gave this hash, in order
    std::vector<SetAside> set_aside;
};

inline constexpr std::uint64_t kReorgDepth = 3; ///< design §5: "or up to 3 below it during a reorg"
inline constexpr UnixTime kMaxLag = 60;         ///< seconds of block time behind the agreed block, at latest
inline constexpr UnixTime kMaxLagFinalized = 15 * 60; ///< two epochs and a margin, at finalized

/// Agrees on a block (design: "Reading without trusting").
///   T3 where a declared verifying proxy answers; T1 where one endpoint is configured; otherwise T2: the same
///   hash from m of n at the greatest height that m have reached, or up to 3 below it.
/// Every header is rebuilt from its fields and hashed: an endpoint whose header does not have the hash that
/// it claims is set aside with proof.header-hash, one that gives another hash at the agreed height with
/// chain.no-agreement, one more than kMaxLag behind with chain.stale-head, one of another chain with
/// chain.wrong-chain, and one that failed with its own error.
/// chain.no-agreement naming all where fewer than m agree; the endpoint's own error where there is only one.
/// The block's age is not judged: proof::is_stale() does that.
net::Task<Result<Agreement>> agree_block(const Endpoints& endpoints, Finality finality);

/// A header that an endpoint gave, hashed.
struct HeaderAnswer
{
    proof::BlockHeader header;
    Bytes rlp;
};
/// One block by tag or height ("latest", "finalized", "0x1f"): rebuilt from its fields, or where a later fork
/// added some, from debug_getRawHeader. proof.header-hash where neither has the claimed hash;
/// chain.bad-answer; chain.rpc-error; all with the label.
net::Task<Result<HeaderAnswer>> fetch_header(Endpoint& endpoint, std::string block);
/// The block of this hash; chain.bad-answer where the endpoint gives another one, or has none.
net::Task<Result<HeaderAnswer>> fetch_header(Endpoint& endpoint, Hash32 hash);
} // namespace dmid::chain
