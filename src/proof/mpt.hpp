// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

// Proofs in Ethereum's Merkle-Patricia trie (Yellow Paper, appendix D), for one root and any number of keys.
//
// The nodes of all keys stand in one list in the order in which a walk first needs them; a node that several
// keys pass stands there once and is hashed once. A walk accepts
//   1. a node only where its keccak-256 is the reference in its parent (proof.node-hash),
//   2. only well-formed nodes: strict RLP, hex prefix, children of 0 or 32 bytes or embedded below 32 bytes,
//      no value in a branch, keys of 32 bytes (proof.node-invalid),
//   3. at most 64 nodes of at most 1 KiB (proof.too-large),
//   4. no end before the value or its proven absence (proof.incomplete),
//   5. no node that no key needs (proof.unused-nodes, by finish()).
// The nodes are hashed all at once before the first is read, since several at a time cost little more than
// one. Nothing is copied or allocated: values are views into the nodes, which must outlive the walk.
namespace dmid::proof
{
inline constexpr std::size_t kMaxNodes = 64;
inline constexpr std::size_t kMaxNodeBytes = 1024;

/// The root of a trie without entries: keccak-256 of the RLP of nothing.
extern const Hash32 kEmptyRoot;

using Nodes = std::vector<Bytes>;

/// One walk over one list of nodes.
class TrieWalk
{
public:
    TrieWalk(const Hash32& root, std::span<const Bytes> nodes) noexcept
        : root_{root}
        , nodes_{nodes}
    {
    }
    TrieWalk(const TrieWalk&) = delete;
    TrieWalk& operator=(const TrieWalk&) = delete;

    /// The value under a key of 32 bytes (already hashed), or nothing where its absence is proven.
    Result<std::optional<ByteView>> find(const Hash32& key);
    /// proof.unused-nodes where a node was not needed by any key.
    Result<> finish() const;

private:
    Result<ByteView> open(const std::uint8_t* reference);
    void hash_nodes() noexcept;

    Hash32 root_;
    std::span<const Bytes> nodes_;
    std::array<Hash32, kMaxNodes>
        hashes_; // of the first nodes, up to one that is too large; filled at the first open()
    std::array<const std::uint8_t*, kMaxNodes> known_; // the reference that each opened node answered
    std::size_t opened_ = 0;
};

/// Joins the proofs of several keys, as eth_getProof gives them, into the order of a walk: each node once,
/// where it is first needed. Left out is what some endpoints send although a walk does not read it: nodes
/// that are embedded in their parents, and the single node `80` for an empty trie.
Nodes merge_proofs(std::span<const Nodes> proofs);
} // namespace dmid::proof
