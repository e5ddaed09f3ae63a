// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/phone.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace dmid::channels::sms
{
namespace
{
/// E.164 §6.2.1 has at most 15 digits; no country has numbers under 7 with its code.
constexpr std::size_t kFewestDigits = 7;
constexpr std::size_t kMostDigits = 15;
/// What a phone shows of letters (3GPP TS 23.040 §9.1.2.5), and of digits in SMPP.
constexpr std::size_t kMostLetters = 11;
constexpr std::size_t kMostAddress = 20;

constexpr std::uint8_t kInternational = 1;
constexpr std::uint8_t kNational = 2;
constexpr std::uint8_t kNetwork = 3;
constexpr std::uint8_t kAlphanumeric = 5;

bool are_digits(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii_digit(c); });
}

bool is_number(std::string_view digits)
{
    return digits.size() >= kFewestDigits && digits.size() <= kMostDigits && digits.front() != '0' &&
           are_digits(digits);
}

/// Letters as they may stand in an account: what is no plain ASCII becomes `?`.
std::string plain(std::string_view text)
{
    std::string out;
    for (const char c : text)
        out.push_back(c > ' ' && c <= '~' ? c : (c == ' ' ? '_' : '?'));
    return out;
}

std::optional<std::string> international(const SmsAddress& address, const Plan& plan)
{
    std::string_view digits = address.digits;
    const bool plus = digits.starts_with('+');
    if (plus)
        digits.remove_prefix(1);
    const bool zeros = !plus && digits.starts_with("00");
    if (zeros)
        digits.remove_prefix(2);
    const bool trunk = !plus && !zeros && !plan.trunk.empty() && digits.starts_with(plan.trunk);
    const bool national = !plus && !zeros && (address.ton == kNational || trunk);
    if (!national)
        return is_number(digits) ? std::optional{'+' + std::string{digits}} : std::nullopt;
    if (plan.country.empty())
        return std::nullopt;
    if (trunk)
        digits.remove_prefix(plan.trunk.size());
    auto whole = plan.country + std::string{digits};
    return is_number(whole) ? std::optional{'+' + whole} : std::nullopt;
}
} // namespace

Result<std::string> parse_phone(std::string_view text)
{
    const auto wrong = [] { return fail(Errc::channel_address_invalid, "`+`, country code and number"); };
    if (text.size() > 64)
        return wrong();
    if (ascii_lower(text.substr(0, 4)) == "tel:")
        text.remove_prefix(4);
    if (!text.starts_with('+'))
        return wrong();
    std::string digits;
    for (const char c : text.substr(1))
    {
        if (is_ascii_digit(c))
            digits.push_back(c);
        else if (std::string_view{" -./()"}.find(c) == std::string_view::npos)
            return wrong();
    }
    if (!is_number(digits))
        return wrong();
    return '+' + digits;
}

Caller caller_of(const SmsAddress& address, const Plan& plan)
{
    std::string_view digits = address.digits;
    if (digits.starts_with('+'))
        digits.remove_prefix(1);
    if (address.ton == kAlphanumeric || !are_digits(digits) || digits.empty())
        return {"name:" + plain(address.digits), false};
    if (address.ton == kNetwork || digits.size() < kFewestDigits)
        return {"short:" + std::string{digits}, false};
    if (auto whole = international(address, plan))
        return {*std::move(whole), true};
    return {"short:" + std::string{digits}, false};
}

Result<SmsAddress> sender_address(std::string_view text, std::optional<std::uint8_t> ton,
                                  std::optional<std::uint8_t> npi)
{
    const bool plus = text.starts_with('+');
    const auto digits = plus ? text.substr(1) : text;
    const bool letters = !are_digits(digits);
    if (digits.empty() || digits.size() > (letters ? kMostLetters : kMostAddress))
        return fail(Errc::config_value, "a sender is a number or up to 11 letters");
    SmsAddress out{0, 1, std::string{digits}};
    if (plus)
        out.ton = kInternational;
    else if (letters)
        out = {kAlphanumeric, 0, std::string{digits}};
    else if (digits.size() < kFewestDigits)
        out = {kNetwork, 0, std::string{digits}};
    out.ton = ton.value_or(out.ton);
    out.npi = npi.value_or(out.npi);
    return out;
}

const SourceRule* source_for(const std::vector<SourceRule>& rules, std::string_view phone)
{
    const SourceRule* best = nullptr;
    for (const auto& rule : rules)
        if (phone.starts_with(rule.prefix) && (best == nullptr || rule.prefix.size() > best->prefix.size()))
            best = &rule;
    return best;
}
} // namespace dmid::channels::sms
