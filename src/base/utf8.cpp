// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <algorithm>

namespace dmid
{
char32_t take_code_point(std::string_view& text) noexcept
{
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    char32_t out = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < std::min(length, text.size()); ++i)
        out = (out << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
    text.remove_prefix(std::min(length, text.size()));
    return out;
}

void append_utf8(std::string& out, char32_t c)
{
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = kReplacement;
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80)
        put(c);
    else if (c < 0x800)
    {
        put(0xc0 | (c >> 6U));
        put(0x80 | (c & 0x3f));
    }
    else if (c < 0x10000)
    {
        put(0xe0 | (c >> 12U));
        put(0x80 | ((c >> 6U) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
    else
    {
        put(0xf0 | (c >> 18U));
        put(0x80 | ((c >> 12U) & 0x3f));
        put(0x80 | ((c >> 6U) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}
} // namespace dmid
