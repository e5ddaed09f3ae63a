// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "tool/output.hpp"

#include <algorithm>

namespace dmid::tool
{
namespace
{
/// Characters of UTF-8; escape sequences of our own shades have no width.
std::size_t width_of(std::string_view text)
{
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == '\x1b')
            i = std::min(text.find('m', i), text.size() - 1);
        else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U)
            ++width;
    }
    return width;
}

/// One code point of well-formed UTF-8, and its bytes.
std::pair<char32_t, std::size_t> next_point(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
        point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    return {point, size};
}

bool turns_or_controls(char32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C ||
           (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}
} // namespace

Table::Table(std::vector<std::string> header)
    : header_{std::move(header)}
{
}

void Table::row(std::vector<std::string> cells)
{
    rows_.push_back(std::move(cells));
}

std::string Table::to_text() const
{
    std::vector<const std::vector<std::string>*> all;
    if (!header_.empty())
        all.push_back(&header_);
    for (const auto& cells : rows_)
        all.push_back(&cells);
    std::vector<std::size_t> widths;
    for (const auto* cells : all)
    {
        widths.resize(std::max(widths.size(), cells->size()));
        for (std::size_t i = 0; i < cells->size(); ++i)
            widths[i] = std::max(widths[i], width_of((*cells)[i]));
    }
    std::string out;
    for (const auto* cells : all)
    {
        std::string line;
        std::size_t pending = 0;
        for (std::size_t i = 0; i < cells->size(); ++i)
        {
            if (!(*cells)[i].empty())
            {
                line.append(pending, ' ');
                line += (*cells)[i];
                pending = 0;
            }
            pending += widths[i] - width_of((*cells)[i]) + 2;
        }
        out += line + "\n";
    }
    return out;
}

std::string safe_text(std::string_view text, bool lines)
{
    std::string out;
    while (!text.empty())
    {
        // At most four bytes decide: a bad byte costs one `?` and the next one is looked at afresh.
        std::size_t size = 0;
        for (std::size_t i = 1; i <= std::min<std::size_t>(4, text.size()) && size == 0; ++i)
            if (is_utf8(text.substr(0, i)))
                size = i;
        if (size == 0)
        {
            out += '?';
            text.remove_prefix(1);
            continue;
        }
        const auto point = next_point(text).first;
        const bool keep = !turns_or_controls(point) || (lines && (point == '\n' || point == '\t'));
        if (keep)
            out += text.substr(0, size);
        else
            out += point == '\n' || point == '\t' ? ' ' : '?';
        text.remove_prefix(size);
    }
    return out;
}
} // namespace dmid::tool
