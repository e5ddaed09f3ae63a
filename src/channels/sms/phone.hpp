// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "channels/sms/smpp_pdu.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Telephone numbers as people, this program and services write them. Pure.
namespace dmid::channels::sms
{
/// `+` and 7 to 15 digits (E.164 §6.2.1), the first not zero; blanks, dashes, dots, slashes and brackets
/// between them are passed over, and `tel:` in front. channel.address-invalid otherwise: a number without its
/// `+` could mean another country.
Result<std::string> parse_phone(std::string_view text);

/// What the service's own country writes without its code.
struct Plan
{
    std::string country;    ///< `49`; empty: national numbers are not understood
    std::string trunk{"0"}; ///< stands in front of them; may be empty
};

/// Who a received message says it is from.
struct Caller
{
    /// `+…`; else `short:…` or `name:…`, which parse_phone() does not take: nothing can be sent there.
    std::string account;
    bool answerable = false;
};
/// Type of number (SMPP 3.4 §5.2.5): 1 is international, 2 national, 5 alphanumeric; the others are guessed
/// from the digits, as services fill them in carelessly. Numbers under 7 digits are of services.
Caller caller_of(const SmsAddress& address, const Plan& plan);

/// How this program writes an address for a service: `+…` is 1/1, letters are 5/0, up to 6 digits 3/0, other
/// digits 0/1, each unless given. config.value where it is over 20 digits or 11 letters, or empty.
Result<SmsAddress> sender_address(std::string_view text, std::optional<std::uint8_t> ton = std::nullopt,
                                  std::optional<std::uint8_t> npi = std::nullopt);

/// From which address messages to these numbers go.
struct SourceRule
{
    std::string prefix; ///< `+49`; empty: all that no other rule names
    SmsAddress source;
};
/// Of the rules that fit, the one with the longest prefix; nullptr where none does.
const SourceRule* source_for(const std::vector<SourceRule>& rules, std::string_view phone);
} // namespace dmid::channels::sms
