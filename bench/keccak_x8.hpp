// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <span>
#include <vector>

// Keccak-256 of many messages, eight at a time, with AVX-512: a floor to look at, not part of the product.
namespace dmid::bench
{
/// True where the machine has AVX-512.
bool has_keccak_x8() noexcept;
/// Fills `out[i]` with the hash of `messages[i]`; only where has_keccak_x8().
void keccak256_many(std::span<const Bytes> messages, std::span<Hash32> out);
} // namespace dmid::bench
