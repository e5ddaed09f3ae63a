// SPDX-License-Identifier: Apache-2.0
#include "crypto/pow.hpp"

#include <bit>

namespace dmid::crypto
{
unsigned leading_zero_bits(const Hash32& id) noexcept
{
    unsigned bits = 0;
    for (const auto b : id)
    {
        bits += static_cast<unsigned>(std::countl_zero(b));
        if (b != 0)
            break;
    }
    return bits;
}
} // namespace dmid::crypto
