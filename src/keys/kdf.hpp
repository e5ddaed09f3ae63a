// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keys/keystore.hpp"

namespace dmid::keys
{
/// Limits on what a file may ask of this machine: 1 GiB of memory, about a minute of time.
inline constexpr std::uint64_t kMaxScryptMemory = std::uint64_t{1} << 30U;
inline constexpr std::uint64_t kMaxScryptP = 64;
inline constexpr std::uint64_t kMaxPbkdf2Rounds = 10'000'000;

/// True if n is a power of two over 1 and r, p and the memory are within the limits.
bool scrypt_cost_allowed(const ScryptCost& cost) noexcept;

/// RFC 7914. The cost must be allowed. internal.bug if the library refuses (out of memory).
Result<Secret32> scrypt(const SecretText& passphrase, ByteView salt, const ScryptCost& cost);

/// RFC 8018 with HMAC-SHA-256. rounds in 1 … kMaxPbkdf2Rounds.
Result<Secret32> pbkdf2(const SecretText& passphrase, ByteView salt, std::uint64_t rounds);

/// AES-128 in counter mode; encrypts and decrypts. `key` is the first half of the derived key.
Result<Secret32> aes128_ctr(const Secret32& derived, ByteView iv, ByteView text);
} // namespace dmid::keys
