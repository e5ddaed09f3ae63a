// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How WhatsApp names people and messages. Pure.
namespace dmid::channels::whatsapp
{
/// `+` and 7 to 15 digits (E.164 §6.2.1), the first not zero; blanks, dashes, dots, slashes and brackets
/// between them are passed over, and `tel:` in front. Or a business-scoped user id, `US.13491208655302741918`
/// or `US.ENT.…`: Meta's name, for one business, of somebody who shows no telephone number.
/// channel.address-invalid for anything else.
Result<std::string> parse_account(std::string_view text);

/// Whether a canonical address is a telephone number; a business-scoped id otherwise.
bool is_phone(std::string_view account) noexcept;

/// `+49151…` for the digits that Meta writes (`wa_id`); a business-scoped id as it is; nothing for other
/// text.
std::optional<std::string> account_of(std::string_view meta_id);
/// The other way round: what Meta wants in `to` or `recipient`.
std::string meta_id_of(std::string_view account);

/// Whether this can be a message's id (`wamid.…`) or another id of Meta's: one line of printable ASCII
/// without quotes or blanks, at most 512 bytes.
bool is_meta_id(std::string_view text) noexcept;
/// Digits alone, at most 32: phone number ids and media ids, which become part of a path.
bool is_digits_id(std::string_view text) noexcept;
} // namespace dmid::channels::whatsapp
