// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// The small grammars that documents, parties and policies share. Sizes are in bytes.
namespace dmid::model
{
/// A name that people give to a set, tail, label or channel: `[a-z0-9]` and dashes inside, 1 … 32.
bool is_name(std::string_view text) noexcept;
/// A lower-case domain name of at least two labels, 4 … 253.
bool is_domain(std::string_view text) noexcept;
/// `scheme://…` of printable ASCII without spaces, quotes or angle brackets, with a host, at most 256.
bool is_url(std::string_view text, std::string_view scheme) noexcept;
/// UTF-8 without control characters, 1 … max.
bool is_line(std::string_view text, std::size_t max) noexcept;
/// The name of a platform in a party: as is_name(), and no scheme of another party.
bool is_platform_name(std::string_view text) noexcept;
/// The id of an account: as is_line() without spaces, at most 254.
bool is_platform_id(std::string_view text) noexcept;
/// An email address with its domain in lower case; number.identifier where it is none. Quoted local parts and
/// address literals are refused: nobody has them, and they hide things.
Result<std::string> exact_email(std::string_view text);
} // namespace dmid::model
