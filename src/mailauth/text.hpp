// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// Words of mail and DNS; for letters and digits see base/ascii.hpp.
namespace dmid::mailauth
{
inline constexpr std::size_t kMaxName = 253; ///< bytes of a name of the DNS as text, RFC 1035 §2.3.4

constexpr bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}
/// White space of folded values: blanks and line ends.
constexpr bool is_space(char c) noexcept
{
    return is_blank(c) || c == '\r' || c == '\n';
}
constexpr bool is_alpha(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// Without white space at the ends.
constexpr std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}
/// Without any white space.
inline std::string without_space(std::string_view text)
{
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return !is_space(c); });
    return out;
}
/// The pieces between separators; one piece where there is none.
inline std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> out;
    for (;;)
    {
        const auto at = text.find(separator);
        out.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return out;
        text.remove_prefix(at + 1);
    }
}
/// True for `parent` itself and every name below it; both lower case, without a final dot.
inline bool is_within(std::string_view name, std::string_view parent) noexcept
{
    return name == parent || (name.size() > parent.size() && name.ends_with(parent) &&
                              name[name.size() - parent.size() - 1] == '.');
}
/// A host name of the DNS in ASCII: labels of 1 to 63 letters, digits, `-` and `_`, two or more, 253 in all.
bool is_domain(std::string_view name) noexcept;
} // namespace dmid::mailauth
