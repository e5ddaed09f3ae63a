// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/alphabets.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
namespace
{
constexpr std::uint8_t kEscape = 0x1b;

/// 3GPP TS 23.038 table 6.2.1; the place of the escape holds a space, which is what a lone one shows as.
constexpr std::array<char32_t, 128> kBasic{
    U'@',  0xa3,  U'$',  0xa5,  0xe8,  0xe9,  0xf9,  0xec,
    0xf2,  0xc7,  U'\n', 0xd8,  0xf8,  U'\r', 0xc5,  0xe5, //
    0x394, U'_',  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8,
    0x3a3, 0x398, 0x39e, U' ',  0xc6,  0xe6,  0xdf,  0xc9, //
    U' ',  U'!',  U'"',  U'#',  0xa4,  U'%',  U'&',  U'\'',
    U'(',  U')',  U'*',  U'+',  U',',  U'-',  U'.',  U'/', //
    U'0',  U'1',  U'2',  U'3',  U'4',  U'5',  U'6',  U'7',
    U'8',  U'9',  U':',  U';',  U'<',  U'=',  U'>',  U'?', //
    0xa1,  U'A',  U'B',  U'C',  U'D',  U'E',  U'F',  U'G',
    U'H',  U'I',  U'J',  U'K',  U'L',  U'M',  U'N',  U'O', //
    U'P',  U'Q',  U'R',  U'S',  U'T',  U'U',  U'V',  U'W',
    U'X',  U'Y',  U'Z',  0xc4,  0xd6,  0xd1,  0xdc,  0xa7, //
    0xbf,  U'a',  U'b',  U'c',  U'd',  U'e',  U'f',  U'g',
    U'h',  U'i',  U'j',  U'k',  U'l',  U'm',  U'n',  U'o', //
    U'p',  U'q',  U'r',  U's',  U't',  U'u',  U'v',  U'w',
    U'x',  U'y',  U'z',  0xe4,  0xf6,  0xf1,  0xfc,  0xe0,
};
/// Table 6.2.1.1, behind an escape.
constexpr std::array<std::pair<std::uint8_t, char32_t>, 10> kExtension{{
    {0x0a, U'\f'},
    {0x14, U'^'},
    {0x28, U'{'},
    {0x29, U'}'},
    {0x2f, U'\\'},
    {0x3c, U'['},
    {0x3d, U'~'},
    {0x3e, U']'},
    {0x40, U'|'},
    {0x65, 0x20ac},
}};

bool append_septets(Bytes& out, char32_t c)
{
    // The escape's own place must not be found for a space: a space is 0x20, which comes later.
    const auto* const at = std::find(kBasic.begin() + (c == U' ' ? 0x20 : 0), kBasic.end(), c);
    if (at != kBasic.end())
    {
        out.push_back(static_cast<std::uint8_t>(at - kBasic.begin()));
        return true;
    }
    const auto* const more = std::find_if(kExtension.begin(), kExtension.end(),
                                          [c](const auto& pair) { return pair.second == c; });
    if (more == kExtension.end())
        return false;
    out.push_back(kEscape);
    out.push_back(more->first);
    return true;
}

char32_t escaped(std::uint8_t septet) noexcept
{
    const auto* const at = std::find_if(kExtension.begin(), kExtension.end(),
                                        [septet](const auto& pair) { return pair.first == septet; });
    return at != kExtension.end() ? at->second : kBasic.at(septet);
}
} // namespace

std::optional<Bytes> to_gsm7(std::string_view text)
{
    Bytes out;
    out.reserve(text.size());
    while (!text.empty())
    {
        if (!append_septets(out, take_code_point(text)))
            return std::nullopt;
    }
    return out;
}

std::string from_gsm7(ByteView septets)
{
    std::string out;
    out.reserve(septets.size());
    for (std::size_t i = 0; i < septets.size(); ++i)
    {
        if (septets[i] >= kBasic.size())
            append_utf8(out, kReplacement);
        else if (septets[i] == kEscape && i + 1 < septets.size() && septets[i + 1] < kBasic.size())
            append_utf8(out, escaped(septets[++i]));
        else
            append_utf8(out, kBasic.at(septets[i]));
    }
    return out;
}

Bytes unpack_septets(ByteView packed, unsigned fill_bits)
{
    const auto size = std::min<std::size_t>(packed.size(), 65'536);
    Bytes out;
    for (std::size_t bit = fill_bits % 7; bit + 7 <= size * 8; bit += 7)
    {
        const auto at = bit / 8;
        const auto shift = bit % 8;
        unsigned value = packed[at] >> shift;
        if (shift > 1)
            value |= static_cast<unsigned>(packed[at + 1]) << (8U - shift);
        out.push_back(static_cast<std::uint8_t>(value & 0x7fU));
    }
    return out;
}

Bytes to_ucs2(std::string_view text)
{
    Bytes out;
    const auto put = [&out](char32_t unit)
    {
        out.push_back(static_cast<std::uint8_t>(unit >> 8U));
        out.push_back(static_cast<std::uint8_t>(unit & 0xffU));
    };
    while (!text.empty())
    {
        const auto c = take_code_point(text);
        if (c < 0x10000)
            put(c);
        else
        {
            put(0xd800 + ((c - 0x10000) >> 10U));
            put(0xdc00 + ((c - 0x10000) & 0x3ffU));
        }
    }
    return out;
}

namespace
{
bool is_first_half(char32_t unit) noexcept
{
    return unit >= 0xd800 && unit < 0xdc00;
}
bool is_second_half(char32_t unit) noexcept
{
    return unit >= 0xdc00 && unit < 0xe000;
}
char32_t of_halves(char32_t first, char32_t second) noexcept
{
    return 0x10000 + ((first - 0xd800) << 10U) + (second - 0xdc00);
}

/// A half as UTF-8 would write it if it were a character.
void append_half(std::string& out, char32_t unit)
{
    out.push_back('\xed');
    out.push_back(static_cast<char>(0x80 | ((unit >> 6U) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (unit & 0x3f)));
}
/// The half that stands there; 0 where none does.
char32_t half_at(std::string_view text, std::size_t at) noexcept
{
    if (at + 2 >= text.size() || text[at] != '\xed' || static_cast<unsigned char>(text[at + 1]) < 0xa0)
        return 0;
    return 0xd000U | (static_cast<char32_t>(text[at + 1]) & 0x3fU) << 6U |
           (static_cast<char32_t>(text[at + 2]) & 0x3fU);
}
} // namespace

std::string from_ucs2_part(ByteView units)
{
    std::string out;
    const auto unit_at = [&units](std::size_t at)
    { return static_cast<char32_t>(units[at] << 8U | units[at + 1]); };
    std::size_t i = 0;
    for (; i + 1 < units.size(); i += 2)
    {
        const auto unit = unit_at(i);
        const auto next = i + 3 < units.size() ? unit_at(i + 2) : 0;
        if (is_first_half(unit) && is_second_half(next))
        {
            append_utf8(out, of_halves(unit, next));
            i += 2;
        }
        else if (is_first_half(unit) || is_second_half(unit))
            append_half(out, unit);
        else
            append_utf8(out, unit);
    }
    if (i < units.size())
        append_utf8(out, kReplacement);
    return out;
}

std::string join_halves(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const auto half = half_at(text, i);
        if (half == 0)
        {
            out.push_back(text[i]);
            continue;
        }
        const auto next = half_at(text, i + 3);
        const bool whole = is_first_half(half) && is_second_half(next);
        append_utf8(out, whole ? of_halves(half, next) : kReplacement);
        i += whole ? 5 : 2;
    }
    return out;
}

std::string from_ucs2(ByteView units)
{
    return join_halves(from_ucs2_part(units));
}

std::optional<Bytes> to_latin1(std::string_view text)
{
    Bytes out;
    out.reserve(text.size());
    while (!text.empty())
    {
        const auto c = take_code_point(text);
        if (c > 0xff)
            return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(c));
    }
    return out;
}

std::string from_latin1(ByteView bytes)
{
    std::string out;
    for (const auto byte : bytes)
        append_utf8(out, byte);
    return out;
}
} // namespace dmid::channels::sms
