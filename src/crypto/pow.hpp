// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

namespace dmid::crypto
{
/// The number of zero bits before the first one (NIP-13 difficulty), 0 to 256.
unsigned leading_zero_bits(const Hash32& id) noexcept;
} // namespace dmid::crypto
