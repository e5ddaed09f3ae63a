// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proof/record.hpp"

namespace dmid::bench
{
/// A block, a registry in it, and the proof of one published record.
struct World
{
    proof::AgreedBlock block;
    proof::RegistryRef ref;
    model::Number number;
    Bytes number_bytes; ///< as a mapping's key, 64 bytes
    proof::RecordFields fields;
    proof::Nodes account;
    proof::Nodes storage; ///< of the three words, merged
};

/// `account_depth` and `storage_depth` are the nodes on the way to a leaf, the leaf included: full branches,
/// as they are in large tries. The three words part after the first branch of the storage trie.
World make_world(std::size_t account_depth, std::size_t storage_depth);
} // namespace dmid::bench
