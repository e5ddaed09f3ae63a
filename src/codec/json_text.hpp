// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dmid::codec
{
/// How many bytes at the beginning stand for themselves in a JSON string: none that is below a space, a quote
/// or a backslash. Eight at a time, since almost all of a message are such bytes.
inline std::size_t plain_json_run(std::string_view text) noexcept
{
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = 0x8080808080808080;
    // The high bit of each byte that is zero; bytes above the lowest such may be marked wrongly, which costs
    // a look at eight bytes and no more.
    const auto zeroes = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8)
    {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        const auto below_space = (word - kOnes * 0x20) & ~word & kHighs;
        if ((below_space | zeroes(word ^ (kOnes * '"')) | zeroes(word ^ (kOnes * '\\'))) != 0)
            break;
    }
    for (; at < text.size(); ++at)
    {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c < 0x20 || c == '"' || c == '\\')
            break;
    }
    return at;
}
} // namespace dmid::codec
