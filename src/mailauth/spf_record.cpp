// SPDX-License-Identifier: Apache-2.0
#include "mailauth/spf_record.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::mailauth
{
namespace
{
using Kind = SpfTerm::Kind;
constexpr std::string_view kVersion = "v=spf1";
constexpr std::array<std::pair<std::string_view, Kind>, 8> kMechanisms{{{"all", Kind::all},
                                                                        {"include", Kind::include},
                                                                        {"a", Kind::a},
                                                                        {"mx", Kind::mx},
                                                                        {"ptr", Kind::ptr},
                                                                        {"ip4", Kind::ip4},
                                                                        {"ip6", Kind::ip6},
                                                                        {"exists", Kind::exists}}};

tl::unexpected<Error> record_syntax(std::string_view what)
{
    return fail(Errc::mail_spf_record, std::string{what});
}

/// Digits of a prefix length: no leading zero, at most `limit`.
Result<unsigned> parse_prefix(std::string_view text, unsigned limit)
{
    constexpr std::size_t kMaxDigits = 3;
    if (text.empty() || text.size() > kMaxDigits || (text.size() > 1 && text.front() == '0') ||
        !std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_digit(c); }))
        return record_syntax("a prefix length that is none");
    unsigned number = 0;
    for (const char c : text)
        number = number * 10 + static_cast<unsigned>(c - '0');
    return number <= limit ? Result<unsigned>{number} : record_syntax("a prefix length that is too long");
}

/// Takes `mark` and the digits behind it off the end of `text`.
Result<void> take_prefix(std::string_view& text, std::string_view mark, unsigned limit, unsigned& out)
{
    auto digits = text.size();
    while (digits > 0 && is_ascii_digit(text[digits - 1]))
        --digits;
    if (!text.substr(0, digits).ends_with(mark))
        return {};
    // A slash without digits is part of a name, which its own syntax refuses.
    DMID_TRY(out, parse_prefix(text.substr(digits), limit));
    text = text.substr(0, digits - mark.size());
    return {};
}

Result<void> read_domain(std::string_view rest, SpfTerm& out)
{
    if (!rest.starts_with(':'))
        return record_syntax("no : before a domain");
    DMID_TRY(out.domain, parse_spf_text(rest.substr(1), SpfTextUse::domain));
    return {};
}

Result<void> read_network(std::string_view rest, SpfTerm& out)
{
    const bool v6 = out.kind == Kind::ip6;
    if (!rest.starts_with(':'))
        return record_syntax("no address");
    rest.remove_prefix(1);
    const auto slash = rest.find('/');
    const auto network = parse_ip(rest.substr(0, slash));
    if (!network || network->v6 != v6)
        return record_syntax("no address");
    out.network = *network;
    if (slash != std::string_view::npos)
    {
        DMID_TRY((v6 ? out.prefix6 : out.prefix4), parse_prefix(rest.substr(slash + 1), network->bits()));
    }
    return {};
}

/// What stands behind a mechanism's name.
Result<void> read_rest(std::string_view rest, SpfTerm& out)
{
    switch (out.kind)
    {
    case Kind::all:
        return rest.empty() ? Result<void>{} : record_syntax("all takes nothing");
    case Kind::include:
    case Kind::exists:
        return read_domain(rest, out);
    case Kind::ptr:
        return rest.empty() ? Result<void>{} : read_domain(rest, out);
    case Kind::ip4:
    case Kind::ip6:
        return read_network(rest, out);
    case Kind::a:
    case Kind::mx:
        break;
    }
    DMID_TRY(take_prefix(rest, "//", 128, out.prefix6));
    DMID_TRY(take_prefix(rest, "/", 32, out.prefix4));
    return rest.empty() ? Result<void>{} : read_domain(rest, out);
}

Result<SpfTerm> parse_mechanism(std::string_view text)
{
    SpfTerm out;
    constexpr std::string_view kQualifiers = "+-~?";
    constexpr std::array kResults{SpfResult::pass, SpfResult::fail, SpfResult::softfail, SpfResult::neutral};
    if (const auto at = kQualifiers.find(text.front()); at != std::string_view::npos)
    {
        out.qualifier = kResults.at(at);
        text.remove_prefix(1);
    }
    const auto name = text.substr(0, std::min(text.find_first_of(":/"), text.size()));
    const auto found = std::find_if(kMechanisms.begin(), kMechanisms.end(),
                                    [name](const auto& row) { return ascii_same(row.first, name); });
    if (found == kMechanisms.end())
        return record_syntax("a mechanism that is not known");
    out.kind = found->second;
    DMID_TRY(read_rest(text.substr(name.size()), out));
    return out;
}

bool is_modifier_name(std::string_view name) noexcept
{
    return !name.empty() && is_alpha(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c)
                       { return is_alpha(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.'; });
}

Result<void> read_modifier(std::string_view name, std::string_view value, SpfRecord& out, bool& explained)
{
    const bool redirect = ascii_same(name, "redirect");
    const bool exp = ascii_same(name, "exp");
    if ((redirect && out.redirect) || (exp && explained))
        return record_syntax("a modifier twice");
    // The name that exp= points to is a domain; only what is found there is an explanation.
    DMID_TRY(auto text, parse_spf_text(value, redirect || exp ? SpfTextUse::domain : SpfTextUse::other));
    explained = explained || exp;
    if (redirect)
        out.redirect = std::move(text);
    return {};
}
} // namespace

bool is_spf_record(std::string_view text) noexcept
{
    return ascii_same(text.substr(0, kVersion.size()), kVersion) &&
           (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

Result<SpfRecord> parse_spf_record(std::string_view text)
{
    if (!is_spf_record(text) || text.size() > kMaxSpfRecord)
        return record_syntax("not v=spf1");
    SpfRecord out;
    bool explained = false;
    for (const auto term : split(text.substr(kVersion.size()), ' '))
    {
        if (term.empty())
            continue;
        // A modifier is a name with `=`; a mechanism has `:` or `/` before any `=` (RFC 7208 §4.6.1).
        const auto equals = term.find('=');
        if (equals != std::string_view::npos && is_modifier_name(term.substr(0, equals)))
        {
            DMID_TRY(read_modifier(term.substr(0, equals), term.substr(equals + 1), out, explained));
            continue;
        }
        DMID_TRY(auto mechanism, parse_mechanism(term));
        out.terms.push_back(std::move(mechanism));
    }
    return out;
}
} // namespace dmid::mailauth
