// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/number.hpp"
#include "proof/mpt.hpp"

#include <cstdint>
#include <optional>

namespace dmid::proof
{
inline constexpr std::uint64_t kBundleVersion = 1;
inline constexpr std::size_t kMaxBundle = 160 * 1024; ///< bytes: two proofs, a header and a document at most
inline constexpr std::size_t kMaxDocument = 8 * 1024; ///< bytes of a document (design §6)

/// Everything that shows what a registry holds for one number in one block, but no reason to trust that
/// block: that comes from outside. What it says is checked by verify() alone.
struct Bundle
{
    std::uint64_t chain_id = 0;
    Address registry;
    model::Number number;
    Bytes header;                  ///< RLP
    Nodes account;                 ///< the registry's account under the header's state root
    Nodes storage;                 ///< the three words of the record under the account's storage root, merged
    std::optional<Bytes> document; ///< absent: nothing is published, or nobody had the bytes

    bool operator==(const Bundle&) const = default;
};

/// The canonical bytes (docs/protocol/proof.md §5).
Bytes encode_bundle(const Bundle& bundle);

/// Reads hostile bytes: the form alone is checked. proof.bundle-invalid, with the reason in the context;
/// proof.too-large over a limit.
Result<Bundle> decode_bundle(ByteView bytes);
} // namespace dmid::proof
