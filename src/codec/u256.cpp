// SPDX-License-Identifier: Apache-2.0
#include "codec/u256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace dmid::codec
{
namespace
{
__extension__ using Wide = unsigned __int128;

static_assert(std::endian::native == std::endian::little);

std::uint64_t swapped(std::uint64_t limb) noexcept
{
    return __builtin_bswap64(limb);
}
} // namespace

Result<U256> U256::from_bytes(ByteView big_endian)
{
    if (big_endian.size() > 32)
        return fail(Errc::codec_range, std::to_string(big_endian.size()) + " bytes of a number");
    Hash32 word;
    std::copy(big_endian.begin(), big_endian.end(),
              word.bytes.end() - static_cast<std::ptrdiff_t>(big_endian.size()));
    return from_word(word);
}

U256 U256::from_word(const Hash32& big_endian) noexcept
{
    U256 out;
    for (std::size_t i = 0; i < 4; ++i)
    {
        std::memcpy(&out.limbs_[i], big_endian.data() + 8 * (3 - i), 8);
        out.limbs_[i] = swapped(out.limbs_[i]);
    }
    return out;
}

Result<U256> U256::from_decimal(std::string_view text)
{
    if (text.empty() || (text.size() > 1 && text[0] == '0'))
        return fail(Errc::codec_syntax, "not a decimal number");
    U256 out;
    for (const char c : text)
    {
        if (c < '0' || c > '9')
            return fail(Errc::codec_syntax, "not a decimal number");
        const auto tenfold = out.times(10);
        const auto sum = tenfold ? tenfold->plus(static_cast<std::uint64_t>(c - '0')) : std::nullopt;
        if (!sum)
            return fail(Errc::codec_range, "over 2^256 - 1");
        out = *sum;
    }
    return out;
}

Result<U256> U256::from_quantity(std::string_view text)
{
    if (text.size() < 3 || text.substr(0, 2) != "0x")
        return fail(Errc::codec_syntax, "not a quantity");
    const auto digits = text.substr(2);
    U256 out;
    std::size_t count = 0;
    for (const char c : digits)
    {
        const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                               : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                               : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                      : 16;
        if (digit == 16)
            return fail(Errc::codec_syntax, "not a quantity");
        if (++count > 64)
            return fail(Errc::codec_range, "over 2^256 - 1");
        out = out.shifted_left(4);
        out.limbs_[0] |= digit;
    }
    if (digits.size() > 1 && digits[0] == '0')
        return fail(Errc::codec_not_canonical, "leading zero in a quantity");
    return out;
}

Hash32 U256::to_word() const noexcept
{
    Hash32 out;
    for (std::size_t i = 0; i < 4; ++i)
    {
        const auto limb = swapped(limbs_[i]);
        std::memcpy(out.data() + 8 * (3 - i), &limb, 8);
    }
    return out;
}

Bytes U256::to_minimal() const
{
    const auto word = to_word();
    const auto first = std::find_if(word.begin(), word.end(), [](std::uint8_t b) { return b != 0; });
    return {first, word.end()};
}

std::string U256::to_decimal() const
{
    // 10^19 is the largest power of ten that a limb holds.
    constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000U;
    std::string out;
    U256 left = *this;
    do
    {
        const auto [quotient, remainder] = left.divided(kChunk);
        auto digits = std::to_string(remainder);
        if (!quotient.is_zero())
            digits.insert(0, 19 - digits.size(), '0');
        out.insert(0, digits);
        left = quotient;
    } while (!left.is_zero());
    return out;
}

std::string U256::to_quantity() const
{
    const auto hex = to_hex(to_word().view());
    const auto first = hex.find_first_not_of('0');
    return "0x" + (first == std::string::npos ? "0" : hex.substr(first));
}

std::optional<std::uint64_t> U256::to_u64() const noexcept
{
    if ((limbs_[1] | limbs_[2] | limbs_[3]) != 0)
        return std::nullopt;
    return limbs_[0];
}

unsigned U256::bit_length() const noexcept
{
    for (unsigned i = 4; i-- > 0;)
        if (limbs_[i] != 0)
            return 64 * i + static_cast<unsigned>(std::bit_width(limbs_[i]));
    return 0;
}

std::optional<U256> U256::plus(const U256& other) const noexcept
{
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i)
    {
        carry += static_cast<Wide>(limbs_[i]) + other.limbs_[i];
        out.limbs_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    if (carry != 0)
        return std::nullopt;
    return out;
}

std::optional<U256> U256::minus(const U256& other) const noexcept
{
    if (*this < other)
        return std::nullopt;
    U256 out;
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < 4; ++i)
    {
        const Wide need = static_cast<Wide>(other.limbs_[i]) + borrow;
        out.limbs_[i] = limbs_[i] - static_cast<std::uint64_t>(need);
        borrow = need > limbs_[i] ? 1 : 0;
    }
    return out;
}

std::optional<U256> U256::times(std::uint64_t factor) const noexcept
{
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i)
    {
        carry += static_cast<Wide>(limbs_[i]) * factor;
        out.limbs_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    if (carry != 0)
        return std::nullopt;
    return out;
}

std::pair<U256, std::uint64_t> U256::divided(std::uint64_t divisor) const noexcept
{
    U256 quotient;
    Wide left = 0;
    for (std::size_t i = 4; i-- > 0;)
    {
        left = (left << 64U) | limbs_[i];
        quotient.limbs_[i] = static_cast<std::uint64_t>(left / divisor);
        left %= divisor;
    }
    return {quotient, static_cast<std::uint64_t>(left)};
}

U256 U256::negated() const noexcept
{
    U256 out;
    bool carry = true;
    for (std::size_t i = 0; i < 4; ++i)
    {
        out.limbs_[i] = ~limbs_[i] + (carry ? 1U : 0U);
        carry = carry && out.limbs_[i] == 0;
    }
    return out;
}

U256 U256::shifted_left(unsigned bits) const noexcept
{
    U256 out;
    const unsigned limb = bits / 64;
    const unsigned rest = bits % 64;
    for (unsigned i = 4; i-- > limb;)
    {
        out.limbs_[i] = limbs_[i - limb] << rest;
        if (rest != 0 && i > limb)
            out.limbs_[i] |= limbs_[i - limb - 1] >> (64 - rest);
    }
    return out;
}

U256 U256::shifted_right(unsigned bits) const noexcept
{
    U256 out;
    const unsigned limb = bits / 64;
    const unsigned rest = bits % 64;
    for (unsigned i = 0; i + limb < 4; ++i)
    {
        out.limbs_[i] = limbs_[i + limb] >> rest;
        if (rest != 0 && i + limb + 1 < 4)
            out.limbs_[i] |= limbs_[i + limb + 1] << (64 - rest);
    }
    return out;
}
} // namespace dmid::codec
