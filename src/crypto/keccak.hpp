// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::crypto
{
/// Bytes that one permutation takes in (FIPS 202 §6.1, of a digest of 32).
inline constexpr std::size_t kKeccakRate = 136;

/// Keccak-256 with the padding of Ethereum (0x01), not that of SHA-3 (0x06).
Hash32 keccak256(ByteView data) noexcept;

/// keccak256(a ‖ b) without joining them first: mapping slots, EIP-712 members.
Hash32 keccak256_pair(ByteView a, ByteView b) noexcept;

/// Keccak-256 of bytes that arrive in pieces.
class Keccak256
{
public:
    /// Appends bytes; returns itself so that calls can be chained.
    Keccak256& update(ByteView data) noexcept;
    /// The digest; the object then stands as if newly made.
    Hash32 finish() noexcept;

private:
    std::array<std::uint64_t, 25> state_{};
    std::array<std::uint8_t, kKeccakRate> block_{};
    std::size_t held_ = 0;
};

/// The permutation Keccak-f[1600] on 25 lanes (FIPS 202 §3.3), for the benchmark's floor.
void keccak_f1600(std::array<std::uint64_t, 25>& lanes) noexcept;
} // namespace dmid::crypto
