// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <span>

namespace dmid::crypto
{
/// Keccak-256 of many messages: `out[i]` becomes the hash of `messages[i]`; both have one size. Eight at a
/// time where the processor has AVX-512 (asked once, at run time), else one after the other. Allocates
/// nothing.
void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> out) noexcept;

/// True where keccak256_many() works on eight messages at once.
bool keccak256_many_is_wide() noexcept;
} // namespace dmid::crypto
