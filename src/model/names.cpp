// SPDX-License-Identifier: Apache-2.0
#include "model/names.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"

#include <algorithm>
#include <array>

namespace dmid::model
{
namespace
{
bool is_lower_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Letters, digits and dashes, no dash at either end.
bool is_label(std::string_view text, std::size_t max) noexcept
{
    return !text.empty() && text.size() <= max && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
} // namespace

bool is_name(std::string_view text) noexcept
{
    return is_label(text, 32);
}

bool is_domain(std::string_view text) noexcept
{
    if (text.size() < 4 || text.size() > 253 || text.find('.') == std::string_view::npos)
        return false;
    while (true)
    {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot), 63))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_url(std::string_view text, std::string_view scheme) noexcept
{
    if (text.size() > 256 || text.size() < scheme.size() + 4 || text.substr(0, scheme.size()) != scheme ||
        text.substr(scheme.size(), 3) != "://" || text[scheme.size() + 3] == '/')
        return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) {
                           return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' &&
                                  c != '`';
                       });
}

bool is_line(std::string_view text, std::size_t max) noexcept
{
    return !text.empty() && text.size() <= max && is_utf8(text) &&
           std::none_of(text.begin(), text.end(), is_control);
}

bool is_platform_name(std::string_view text) noexcept
{
    constexpr std::array<std::string_view, 8> kTaken{"did",  "nostr", "mailto", "tel",
                                                     "http", "https", "eip155", "email"};
    return is_name(text) && std::find(kTaken.begin(), kTaken.end(), text) == kTaken.end();
}

bool is_platform_id(std::string_view text) noexcept
{
    return is_line(text, 254) && text.find(' ') == std::string_view::npos;
}

Result<std::string> exact_email(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254 || !is_line(text, 254))
        return fail(Errc::number_identifier, "not an email address");
    const auto local = text.substr(0, at);
    constexpr std::string_view kForbidden = " \"(),:;<>@[\\]";
    if (local.find_first_of(kForbidden) != std::string_view::npos || local.front() == '.' ||
        local.back() == '.' || local.find("..") != std::string_view::npos)
        return fail(Errc::number_identifier, "not an email address");
    const auto domain = ascii_lower(text.substr(at + 1));
    if (!is_domain(domain))
        return fail(Errc::number_identifier, "not an email address");
    return std::string{local} + '@' + domain;
}
} // namespace dmid::model
