// SPDX-License-Identifier: Apache-2.0
#include "seal/npub.hpp"

namespace dmid::seal
{
namespace
{
constexpr std::string_view kLetters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::string_view kPrefix = "npub";
constexpr std::size_t kDataLetters = 52; // 256 bits in fives
constexpr std::size_t kCheckLetters = 6;

std::uint32_t polymod(std::uint32_t sum, unsigned value)
{
    constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                      0x2a1462b3};
    const auto top = sum >> 25U;
    sum = ((sum & 0x1ffffffU) << 5U) ^ value;
    for (unsigned i = 0; i < 5; ++i)
        if ((top >> i & 1U) != 0)
            sum ^= kGenerator[i];
    return sum;
}

std::uint32_t prefix_sum()
{
    std::uint32_t sum = 1;
    for (const char c : kPrefix)
        sum = polymod(sum, static_cast<unsigned char>(c) >> 5U);
    sum = polymod(sum, 0);
    for (const char c : kPrefix)
        sum = polymod(sum, static_cast<unsigned char>(c) & 31U);
    return sum;
}
} // namespace

std::string to_npub(const XOnlyKey& key)
{
    std::vector<unsigned> fives;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const auto b : key.bytes)
    {
        held = (held << 8U) | b;
        bits += 8;
        while (bits >= 5)
        {
            bits -= 5;
            fives.push_back(held >> bits & 31U);
        }
        held &= (1U << bits) - 1;
    }
    fives.push_back(held << (5 - bits) & 31U);
    auto sum = prefix_sum();
    for (const auto five : fives)
        sum = polymod(sum, five);
    for (std::size_t i = 0; i < kCheckLetters; ++i)
        sum = polymod(sum, 0);
    sum ^= 1U;
    std::string out{kPrefix};
    out.push_back('1');
    for (const auto five : fives)
        out.push_back(kLetters[five]);
    for (unsigned i = 0; i < kCheckLetters; ++i)
        out.push_back(kLetters[sum >> (5 * (5 - i)) & 31U]);
    return out;
}

Result<XOnlyKey> parse_npub(std::string_view text)
{
    constexpr auto kSize = kPrefix.size() + 1 + kDataLetters + kCheckLetters;
    if (text.size() != kSize)
        return fail(Errc::number_identifier, "an npub has 63 letters");
    std::string lower{text};
    bool has_upper = false;
    bool has_lower = false;
    for (auto& c : lower)
    {
        has_upper = has_upper || (c >= 'A' && c <= 'Z');
        has_lower = has_lower || (c >= 'a' && c <= 'z');
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    if ((has_upper && has_lower) || !lower.starts_with("npub1"))
        return fail(Errc::number_identifier, "not an npub");
    auto sum = prefix_sum();
    XOnlyKey key;
    std::size_t filled = 0;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < kDataLetters + kCheckLetters; ++i)
    {
        const auto five = kLetters.find(lower[kPrefix.size() + 1 + i]);
        if (five == std::string_view::npos)
            return fail(Errc::number_identifier, "a letter that no npub has");
        sum = polymod(sum, static_cast<unsigned>(five));
        if (i >= kDataLetters)
            continue;
        held = (held << 5U) | static_cast<std::uint32_t>(five);
        bits += 5;
        if (bits >= 8)
        {
            bits -= 8;
            key.bytes[filled++] = static_cast<std::uint8_t>(held >> bits);
            held &= (1U << bits) - 1;
        }
    }
    if (sum != 1 || held != 0)
        return fail(Errc::number_identifier, "the npub's check letters do not fit");
    return key;
}
} // namespace dmid::seal
