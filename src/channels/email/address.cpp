// SPDX-License-Identifier: Apache-2.0
#include "channels/email/address.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"

#include <algorithm>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kMaxLabel = 63; // RFC 1035 §2.3.4

bool is_alnum(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// atext of RFC 5322 §3.2.3, widened by RFC 6531 to everything that is not ASCII.
bool is_atext(char c) noexcept
{
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
    return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || kMarks.find(c) != std::string_view::npos;
}

bool is_dot_string(std::string_view text) noexcept
{
    char before = '.';
    for (const char c : text)
    {
        if (c == '.' ? before == '.' : !is_atext(c))
            return false;
        before = c;
    }
    return before != '.';
}

bool is_domain(std::string_view text) noexcept
{
    std::size_t label = 0;
    char before = '.';
    for (const char c : text)
    {
        if (c == '.' ? (label == 0 || before == '-') : (!is_alnum(c) && c != '-'))
            return false;
        if (c == '-' && label == 0)
            return false;
        label = c == '.' ? 0 : label + 1;
        if (label > kMaxLabel)
            return false;
        before = c;
    }
    return label != 0 && before != '-';
}
} // namespace

Result<MailAddress> parse_mail_address(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos)
        return fail(Errc::channel_address_invalid, "no @");
    MailAddress out{std::string{text.substr(0, at)}, ascii_lower(text.substr(at + 1)), false};
    if (out.local.empty() || out.local.size() > kMaxLocal)
        return fail(Errc::channel_address_invalid, "the part before @ has 1 to 64 bytes");
    if (out.domain.empty() || out.domain.size() > kMaxDomain)
        return fail(Errc::channel_address_invalid, "the domain has 1 to 255 bytes");
    if (!is_dot_string(out.local) || !is_utf8(out.local))
        return fail(Errc::channel_address_invalid, "character before @");
    const bool dotted = out.domain.find('.') != std::string::npos || out.domain == "localhost";
    if (!dotted || !is_domain(out.domain))
        return fail(Errc::channel_address_invalid, "domain; write IDNs in punycode");
    out.utf8 = std::any_of(out.local.begin(), out.local.end(),
                           [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return out;
}
} // namespace dmid::channels::email
