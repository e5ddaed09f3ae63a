// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "crypto/sha256.hpp"

#include <initializer_list>

namespace dmid::crypto
{
/// SHA-256 with the tag's own beginning (BIP-340 "Tagged Hashes"): SHA256(SHA256(tag) ‖ SHA256(tag) ‖ …).
/// Nothing is put between the parts: every part but the last has a fixed length, or writes its own.
class TaggedHash
{
public:
    /// `tag` is one of crypto/tags.hpp.
    explicit TaggedHash(std::string_view tag) noexcept;
    TaggedHash& update(ByteView part) noexcept;
    /// Appends a number as eight bytes, highest first.
    TaggedHash& update_u64(std::uint64_t number) noexcept;
    Hash32 finish() noexcept { return hash_.finish(); }

private:
    Sha256 hash_;
};

/// The tagged hash of the parts in their order.
Hash32 tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) noexcept;
} // namespace dmid::crypto
