// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <span>

namespace dmid::keys
{
/// The one source of randomness outside the pure core: the kernel's pool (getrandom). Thread-safe.
/// It cannot fail once the system has booted; if the kernel refuses all the same the process ends, because
/// going on with predictable bytes would be worse.
void fill_random(std::span<std::uint8_t> out) noexcept;

/// `size` random bytes.
Bytes random_bytes(std::size_t size);

/// 32 random bytes as a secret: nonces, tickets, BIP-340 auxiliary randomness.
Secret32 random_secret() noexcept;

/// A random fixed run of bytes, e.g. `random_fixed<Hash32>()`.
template <class Fixed> Fixed random_fixed() noexcept
{
    Fixed out;
    fill_random(out.bytes);
    return out;
}

/// A random private key of secp256k1: uniform in 1 … n-1.
Secret32 random_private_key() noexcept;
} // namespace dmid::keys
