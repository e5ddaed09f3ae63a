// SPDX-License-Identifier: Apache-2.0
#include "model/text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace dmid::model
{
namespace
{
using std::string_view_literals::operator""sv;

constexpr std::array kSpaces{" "sv, "\t"sv, "\u00A0"sv, "\u2007"sv, "\u2009"sv, "\u202F"sv, "\u3000"sv};
// Dashes U+2010..2015, the minus sign, and the full-width dash and stop.
constexpr std::array kStrokes{"-"sv,      "."sv,      "\u2010"sv, "\u2011"sv, "\u2012"sv, "\u2013"sv,
                              "\u2014"sv, "\u2015"sv, "\u2212"sv, "\uFF0D"sv, "\uFF0E"sv};
constexpr auto kFullWidthZero = "\uFF10"sv; // EF BC 90; the digits follow each other

std::size_t width(std::string_view text) noexcept
{
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t want = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(want, text.size());
}

template <class Table> bool holds(const Table& table, std::string_view mark) noexcept
{
    return std::find(table.begin(), table.end(), mark) != table.end();
}
} // namespace

Mark take_mark(std::string_view& text) noexcept
{
    Mark mark;
    mark.bytes = text.substr(0, width(text));
    const auto c = mark.bytes.back();
    if (mark.bytes.size() == 1 && is_ascii_digit(c))
        mark = {MarkKind::digit, static_cast<unsigned>(c - '0'), mark.bytes};
    else if (mark.bytes.size() == 3 && mark.bytes.substr(0, 2) == kFullWidthZero.substr(0, 2) &&
             c >= kFullWidthZero[2] && c <= kFullWidthZero[2] + 9)
        mark = {MarkKind::digit, static_cast<unsigned>(c - kFullWidthZero[2]), mark.bytes};
    else if (holds(kSpaces, mark.bytes) || holds(kStrokes, mark.bytes))
        mark.kind = MarkKind::separator;
    text.remove_prefix(mark.bytes.size());
    return mark;
}

std::string_view trimmed(std::string_view text) noexcept
{
    const auto at_end = [](std::string_view t, std::string_view space, bool front)
    {
        return t.size() >= space.size() &&
               (front ? t.substr(0, space.size()) : t.substr(t.size() - space.size())) == space;
    };
    for (bool again = true; again;)
    {
        again = false;
        for (const auto space : kSpaces)
            for (const bool front : {true, false})
                if (at_end(text, space, front))
                {
                    front ? text.remove_prefix(space.size()) : text.remove_suffix(space.size());
                    again = true;
                }
    }
    return text;
}
} // namespace dmid::model
