// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::crypto
{
/// ChaCha20 (RFC 8439) from block 0, in place: the same call encrypts and decrypts. `key` has 32 bytes,
/// `nonce` 12; false for other lengths, with the data as it was.
bool chacha20_xor(ByteView key, ByteView nonce, std::span<std::uint8_t> data) noexcept;
} // namespace dmid::crypto
