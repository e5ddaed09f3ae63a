// SPDX-License-Identifier: Apache-2.0
#include "mailauth/spf_macro.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>

namespace dmid::mailauth
{
namespace
{
constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr unsigned kMaxKeep = 128;

tl::unexpected<Error> macro_syntax()
{
    return fail(Errc::mail_spf_record, "a macro that does not read");
}

/// What stands between `{` and `}`.
Result<SpfMacro> parse_macro(std::string_view text, SpfTextUse use)
{
    SpfMacro out;
    if (text.empty())
        return macro_syntax();
    out.letter = ascii_lower(text.front());
    out.escape = out.letter != text.front();
    const std::string_view letters = use == SpfTextUse::explanation ? "slodiphvcrt" : "slodiphv";
    if (letters.find(out.letter) == std::string_view::npos)
        return macro_syntax();
    text.remove_prefix(1);
    bool digits = false;
    for (; !text.empty() && is_ascii_digit(text.front()); text.remove_prefix(1))
    {
        digits = true;
        out.keep = std::min(out.keep * 10 + static_cast<unsigned>(text.front() - '0'), kMaxKeep);
    }
    if (digits && out.keep == 0)
        return macro_syntax();
    if (!text.empty() && ascii_lower(text.front()) == 'r')
    {
        out.reverse = true;
        text.remove_prefix(1);
    }
    if (text.find_first_not_of(kDelimiters) != std::string_view::npos)
        return macro_syntax();
    if (!text.empty())
        out.delimiters = text;
    return out;
}

/// A top label: letters, digits and inner hyphens, not digits alone (RFC 7208 §7.1).
bool ends_like_domain(std::string_view literal)
{
    if (literal.ends_with('.'))
        literal.remove_suffix(1);
    const auto dot = literal.rfind('.');
    if (dot == std::string_view::npos)
        return false;
    const auto label = literal.substr(dot + 1);
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_alpha(c) || is_ascii_digit(c) || c == '-'; }) &&
           std::any_of(label.begin(), label.end(), [](char c) { return !is_ascii_digit(c); });
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text)
    {
        if (is_alpha(c) || is_ascii_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos)
        {
            out += c;
            continue;
        }
        constexpr std::string_view kHex = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4U];
        out += kHex[byte & 15U];
    }
    return out;
}

std::string value_of(char letter, const SpfValues& values)
{
    const auto at = values.sender.rfind('@');
    switch (letter)
    {
    case 's':
        return values.sender;
    case 'l':
        return values.sender.substr(0, at);
    case 'o':
        return values.sender.substr(at + 1);
    case 'd':
        return values.domain;
    case 'i':
        return values.address;
    case 'p':
        return values.validated;
    case 'v':
        return values.v6 ? "ip6" : "in-addr";
    case 'h':
        return values.helo;
    default: // c, r, t: explanations, which are not expanded
        return {};
    }
}

std::string expand_one(const SpfMacro& macro, const SpfValues& values)
{
    if (macro.letter == 0)
        return macro.text;
    const auto whole = value_of(macro.letter, values);
    std::vector<std::string> pieces(1);
    for (const char c : whole)
    {
        if (macro.delimiters.find(c) != std::string::npos)
            pieces.emplace_back();
        else
            pieces.back() += c;
    }
    if (macro.reverse)
        std::reverse(pieces.begin(), pieces.end());
    const auto first = macro.keep == 0 || macro.keep >= pieces.size() ? 0 : pieces.size() - macro.keep;
    std::string out;
    for (auto i = first; i < pieces.size(); ++i)
        out += (i > first ? "." : "") + pieces[i];
    return macro.escape ? escaped(out) : out;
}
} // namespace

Result<SpfText> parse_spf_text(std::string_view text, SpfTextUse use)
{
    SpfText out;
    const auto literal = [&out](char c)
    {
        if (out.empty() || out.back().letter != 0)
            out.emplace_back();
        out.back().text += c;
    };
    bool ends_with_macro = false;
    std::size_t last_macro = 0; // where the text behind the last macro begins
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        ends_with_macro = false;
        const char c = text[i];
        if (c < '!' || c > '~')
            return macro_syntax();
        if (c != '%')
        {
            literal(c);
            continue;
        }
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        const auto close = text.find('}', i);
        if (next == '{' && close != std::string_view::npos)
        {
            DMID_TRY(auto macro, parse_macro(text.substr(i + 2, close - i - 2), use));
            out.push_back(std::move(macro));
            i = close;
        }
        else if (next == '%' || next == '_' || next == '-')
        {
            literal(next == '%' ? '%' : ' ');
            if (next == '-')
                out.back().text.replace(out.back().text.size() - 1, 1, "%20");
            ++i;
        }
        else
            return macro_syntax();
        ends_with_macro = true;
        last_macro = i + 1;
    }
    if (use == SpfTextUse::domain && !ends_with_macro && !ends_like_domain(text.substr(last_macro)))
        return fail(Errc::mail_spf_record, "a domain that does not read");
    return out;
}

bool needs_validated_name(const SpfText& text) noexcept
{
    return std::any_of(text.begin(), text.end(), [](const SpfMacro& macro) { return macro.letter == 'p'; });
}

std::string expand(const SpfText& text, const SpfValues& values)
{
    std::string out;
    for (const auto& macro : text)
        out += expand_one(macro, values);
    if (out.ends_with('.'))
        out.pop_back();
    while (out.size() > kMaxName)
    {
        const auto dot = out.find('.');
        if (dot == std::string::npos)
            break;
        out.erase(0, dot + 1);
    }
    return ascii_lower(out);
}
} // namespace dmid::mailauth
