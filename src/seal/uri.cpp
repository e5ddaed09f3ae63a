// SPDX-License-Identifier: Apache-2.0
#include "seal/uri.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace dmid::seal
{
namespace
{
constexpr std::string_view kSubDelims = "!$&'()*+,;=";
constexpr std::string_view kGenDelims = ":/?#[]@";

bool is_alpha(char c) noexcept
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

bool is_hex(char c) noexcept
{
    return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

bool unreserved(char c) noexcept
{
    return is_alpha(c) || is_ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// unreserved, pct-encoded, sub-delims, and what else is named.
bool only(std::string_view text, std::string_view besides) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const char c = text[i];
        if (c == '%')
        {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
                return false;
            i += 2;
        }
        else if (!unreserved(c) && kSubDelims.find(c) == kSubDelims.npos && besides.find(c) == besides.npos)
            return false;
    }
    return true;
}

bool is_octet(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), is_ascii_digit) ||
        (text.size() > 1 && text[0] == '0'))
        return false;
    int value = 0;
    for (const char c : text)
        value = value * 10 + (c - '0');
    return value <= 255;
}

bool is_ipv4(std::string_view text) noexcept
{
    for (int i = 0; i < 3; ++i)
    {
        const auto dot = text.find('.');
        if (dot == text.npos || !is_octet(text.substr(0, dot)))
            return false;
        text.remove_prefix(dot + 1);
    }
    return is_octet(text);
}

/// Groups of 16 bits in a run of them, divided by single colons; -1 where it is none. An IPv4 address may end
/// it where `last` says so, and counts as two.
int groups_in(std::string_view text, bool last) noexcept
{
    if (text.empty())
        return 0;
    int count = 0;
    for (;;)
    {
        const auto colon = text.find(':');
        const auto group = text.substr(0, colon);
        if (colon == text.npos && last && group.find('.') != group.npos)
            return is_ipv4(group) ? count + 2 : -1;
        if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex))
            return -1;
        ++count;
        if (colon == text.npos)
            return count;
        text.remove_prefix(colon + 1);
    }
}

bool is_ipv6(std::string_view text) noexcept
{
    const auto gap = text.find("::");
    if (gap == text.npos)
        return groups_in(text, true) == 8;
    const int before = groups_in(text.substr(0, gap), false);
    const int behind = groups_in(text.substr(gap + 2), true);
    return before >= 0 && behind >= 0 && before + behind <= 7;
}

bool is_ip_future(std::string_view text) noexcept
{
    if (text.empty() || (text[0] != 'v' && text[0] != 'V'))
        return false;
    const auto dot = text.find('.');
    if (dot == text.npos || dot < 2 || dot + 1 == text.size())
        return false;
    const auto version = text.substr(1, dot - 1);
    const auto rest = text.substr(dot + 1);
    return std::all_of(version.begin(), version.end(), is_hex) && rest.find('%') == rest.npos &&
           only(rest, ":");
}

/// path-abempty: empty, or `/` and segments.
bool is_rooted(std::string_view path) noexcept
{
    return path.empty() || (path[0] == '/' && only(path, ":@/"));
}

bool is_hier_part(std::string_view text) noexcept
{
    if (!text.starts_with("//"))
        return only(text, ":@/");
    text.remove_prefix(2);
    const auto slash = std::min(text.find('/'), text.size());
    return is_authority(text.substr(0, slash)) && is_rooted(text.substr(slash));
}
} // namespace

bool is_uri_letter(char c) noexcept
{
    return unreserved(c) || kSubDelims.find(c) != kSubDelims.npos || kGenDelims.find(c) != kGenDelims.npos;
}

bool is_segment(std::string_view text) noexcept
{
    return only(text, ":@");
}

bool is_scheme(std::string_view text) noexcept
{
    return !text.empty() && is_alpha(text[0]) &&
           std::all_of(text.begin(), text.end(),
                       [](char c)
                       { return is_alpha(c) || is_ascii_digit(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_authority(std::string_view text) noexcept
{
    if (const auto at = text.find('@'); at != text.npos)
    {
        if (!only(text.substr(0, at), ":"))
            return false;
        text.remove_prefix(at + 1);
    }
    if (text.starts_with('['))
    {
        const auto end = text.find(']');
        if (end == text.npos)
            return false;
        const auto literal = text.substr(1, end - 1);
        if (!is_ipv6(literal) && !is_ip_future(literal))
            return false;
        text.remove_prefix(end + 1);
    }
    else
    {
        const auto colon = std::min(text.find(':'), text.size());
        if (!only(text.substr(0, colon), ""))
            return false;
        text.remove_prefix(colon);
    }
    if (text.empty())
        return true;
    return text[0] == ':' && std::all_of(text.begin() + 1, text.end(), is_ascii_digit);
}

bool is_uri(std::string_view text) noexcept
{
    const auto colon = text.find(':');
    if (colon == text.npos || !is_scheme(text.substr(0, colon)))
        return false;
    text.remove_prefix(colon + 1);
    if (const auto hash = text.find('#'); hash != text.npos)
    {
        if (!only(text.substr(hash + 1), ":@/?"))
            return false;
        text = text.substr(0, hash);
    }
    if (const auto mark = text.find('?'); mark != text.npos)
    {
        if (!only(text.substr(mark + 1), ":@/?"))
            return false;
        text = text.substr(0, mark);
    }
    return is_hier_part(text);
}
} // namespace dmid::seal
