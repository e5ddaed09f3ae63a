// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/address.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace dmid::channels::whatsapp
{
namespace
{
/// E.164 §6.2.1 has at most 15 digits; no country has numbers under 7 with its code.
constexpr std::size_t kFewestDigits = 7;
constexpr std::size_t kMostDigits = 15;
/// Meta: two letters of a country (ISO 3166), a dot, up to 128 letters and digits; `ENT.` between them for a
/// parent company's.
constexpr std::size_t kMostScoped = 128;
constexpr std::size_t kMostMetaId = 512;
constexpr std::size_t kMostDigitsId = 32;

bool only_digits(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_digit(c); });
}

bool is_e164(std::string_view digits) noexcept
{
    return digits.size() >= kFewestDigits && digits.size() <= kMostDigits && digits.front() != '0' &&
           only_digits(digits);
}

bool is_capital(char c) noexcept
{
    return c >= 'A' && c <= 'Z';
}

bool is_scoped_id(std::string_view text) noexcept
{
    if (text.size() < 4 || !is_capital(text[0]) || !is_capital(text[1]) || text[2] != '.')
        return false;
    text.remove_prefix(3);
    if (text.starts_with("ENT."))
        text.remove_prefix(4);
    return !text.empty() && text.size() <= kMostScoped &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_ascii_digit(c) || is_capital(ascii_upper(c)); });
}

tl::unexpected<Error> no_account()
{
    return fail(Errc::channel_address_invalid, "`+`, country code and number; or Meta's id of a user");
}
} // namespace

Result<std::string> parse_account(std::string_view text)
{
    if (is_scoped_id(text))
        return std::string{text};
    if (text.size() > 64)
        return no_account();
    if (ascii_lower(text.substr(0, 4)) == "tel:")
        text.remove_prefix(4);
    if (!text.starts_with('+'))
        return no_account();
    std::string digits;
    for (const char c : text.substr(1))
    {
        if (is_ascii_digit(c))
            digits.push_back(c);
        else if (std::string_view{" -./()"}.find(c) == std::string_view::npos)
            return no_account();
    }
    if (!is_e164(digits))
        return no_account();
    return '+' + digits;
}

bool is_phone(std::string_view account) noexcept
{
    return account.starts_with('+');
}

std::optional<std::string> account_of(std::string_view meta_id)
{
    if (is_e164(meta_id))
        return '+' + std::string{meta_id};
    if (is_scoped_id(meta_id))
        return std::string{meta_id};
    return std::nullopt;
}

std::string meta_id_of(std::string_view account)
{
    return std::string{is_phone(account) ? account.substr(1) : account};
}

bool is_meta_id(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= kMostMetaId &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

bool is_digits_id(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= kMostDigitsId && only_digits(text);
}
} // namespace dmid::channels::whatsapp
