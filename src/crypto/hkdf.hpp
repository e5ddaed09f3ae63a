// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::crypto
{
/// HKDF-Extract with SHA-256 (RFC 5869 §2.2): the pseudorandom key.
Secret32 hkdf_extract(ByteView salt, ByteView input) noexcept;

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3) into `out`.
/// False, with nothing written, where more than 255 · 32 bytes are asked for.
bool hkdf_expand(ByteView key, ByteView info, std::span<std::uint8_t> out) noexcept;
} // namespace dmid::crypto
