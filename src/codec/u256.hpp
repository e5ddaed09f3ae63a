// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::codec
{
/// An unsigned 256-bit integer: amounts of wei, token ids, storage words. A value, no arithmetic library:
/// what the project needs, and every operation says when it does not fit.
class U256
{
public:
    constexpr U256() = default;
    constexpr U256(std::uint64_t value)
        : limbs_{value, 0, 0, 0}
    {
    }
    /// The largest value, 2^256 - 1.
    static constexpr U256 max() noexcept
    {
        U256 out;
        out.limbs_.fill(~std::uint64_t{0});
        return out;
    }

    /// From at most 32 big-endian bytes, leading zeroes allowed; codec.range for more.
    static Result<U256> from_bytes(ByteView big_endian);
    static U256 from_word(const Hash32& big_endian) noexcept;
    /// Digits only, no sign, no leading zero but "0" itself; codec.syntax, codec.range from 2^256 on.
    static Result<U256> from_decimal(std::string_view text);
    /// An RPC quantity: `0x` and hex digits without leading zeroes, zero as `0x0`.
    /// codec.syntax, codec.not-canonical for leading zeroes, codec.range for over 64 digits.
    static Result<U256> from_quantity(std::string_view text);

    /// 32 big-endian bytes, as in storage and ABI words.
    Hash32 to_word() const noexcept;
    /// Big-endian bytes without leading zeroes; zero is empty (RLP).
    Bytes to_minimal() const;
    std::string to_decimal() const;
    std::string to_quantity() const;

    /// The value where it is below 2^64.
    std::optional<std::uint64_t> to_u64() const noexcept;
    std::uint64_t low64() const noexcept { return limbs_[0]; }
    constexpr bool is_zero() const noexcept { return *this == U256{}; }
    /// Number of bits needed; zero for zero.
    unsigned bit_length() const noexcept;

    /// Nothing where the result would not fit.
    std::optional<U256> plus(const U256& other) const noexcept;
    std::optional<U256> minus(const U256& other) const noexcept;
    std::optional<U256> times(std::uint64_t factor) const noexcept;
    /// Quotient and remainder; the divisor is not zero.
    std::pair<U256, std::uint64_t> divided(std::uint64_t divisor) const noexcept;
    /// The two's complement, so that signed ABI words can be written.
    U256 negated() const noexcept;
    U256 shifted_left(unsigned bits) const noexcept;
    U256 shifted_right(unsigned bits) const noexcept;

    constexpr bool operator==(const U256&) const = default;
    constexpr std::strong_ordering operator<=>(const U256& other) const noexcept
    {
        for (std::size_t i = 4; i-- > 0;)
            if (limbs_[i] != other.limbs_[i])
                return limbs_[i] <=> other.limbs_[i];
        return std::strong_ordering::equal;
    }

private:
    std::array<std::uint64_t, 4> limbs_{}; // least significant first
};
} // namespace dmid::codec
