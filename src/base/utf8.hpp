// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dmid
{
/// What stands for a character that cannot be read or carried.
inline constexpr char32_t kReplacement = 0xfffd;
inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

/// Takes the first character off well-formed UTF-8 that is not empty (is_utf8() said so before).
char32_t take_code_point(std::string_view& text) noexcept;
/// Adds a character as UTF-8; kReplacement for surrogates and what lies beyond U+10FFFF.
void append_utf8(std::string& out, char32_t c);
} // namespace dmid
