// SPDX-License-Identifier: Apache-2.0
#include "model/npub.hpp"

#include <algorithm>

namespace dmid::model
{
namespace
{
constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::string_view kPrefix = "npub1";
constexpr std::size_t kGroups = 52; // 256 bits in fives, the last padded with four zero bits
constexpr std::size_t kCheck = 6;

// BIP-173 "Checksum": the polynomial over the expanded prefix and the groups.
std::uint32_t polymod(ByteView groups) noexcept
{
    constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                      0x2a1462b3};
    constexpr std::array<std::uint8_t, 9> kExpanded{3, 3, 3, 3, 0, 14, 16, 21, 2}; // "npub"
    std::uint32_t sum = 1;
    const auto step = [&](std::uint8_t value)
    {
        const auto top = sum >> 25U;
        sum = ((sum & 0x1ffffffU) << 5U) ^ value;
        for (unsigned i = 0; i < 5; ++i)
            if ((top >> i & 1U) != 0)
                sum ^= kGenerator[i];
    };
    std::for_each(kExpanded.begin(), kExpanded.end(), step);
    std::for_each(groups.begin(), groups.end(), step);
    return sum;
}
} // namespace

std::string to_npub(const XOnlyKey& key)
{
    Bytes groups;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const auto byte : key)
    {
        held = held << 8U | byte;
        for (bits += 8; bits >= 5; bits -= 5)
            groups.push_back(static_cast<std::uint8_t>(held >> (bits - 5) & 31U));
    }
    groups.push_back(static_cast<std::uint8_t>(held << (5 - bits) & 31U));
    auto padded = groups;
    padded.insert(padded.end(), kCheck, 0);
    const auto check = polymod(padded) ^ 1U;
    for (unsigned i = 0; i < kCheck; ++i)
        groups.push_back(static_cast<std::uint8_t>(check >> 5U * (5 - i) & 31U));
    std::string out{kPrefix};
    for (const auto group : groups)
        out += kAlphabet[group];
    return out;
}

Result<XOnlyKey> parse_npub(std::string_view text)
{
    if (text.size() != kPrefix.size() + kGroups + kCheck || text.substr(0, kPrefix.size()) != kPrefix)
        return fail(Errc::number_identifier, "not an npub");
    Bytes groups;
    for (const char c : text.substr(kPrefix.size()))
    {
        const auto place = kAlphabet.find(c);
        if (place == std::string_view::npos)
            return fail(Errc::number_identifier, "a letter that an npub does not have");
        groups.push_back(static_cast<std::uint8_t>(place));
    }
    if (polymod(groups) != 1)
        return fail(Errc::number_identifier, "the npub's checksum does not fit");
    XOnlyKey key;
    std::uint32_t held = 0;
    unsigned bits = 0;
    std::size_t size = 0;
    for (std::size_t i = 0; i < kGroups; ++i)
    {
        held = held << 5U | groups[i];
        bits += 5;
        if (bits >= 8 && size < XOnlyKey::kSize)
        {
            bits -= 8;
            key.bytes[size++] = static_cast<std::uint8_t>(held >> bits);
        }
    }
    if ((held & 15U) != 0)
        return fail(Errc::number_identifier, "the npub's last letter has bits too many");
    return key;
}
} // namespace dmid::model
