// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace dmid::model
{
/// What one written character means inside a number.
enum class MarkKind : std::uint8_t
{
    digit,
    separator, ///< space, dash or dot, in the spellings that word processors and phones make of them
    other,
};

struct Mark
{
    MarkKind kind = MarkKind::other;
    unsigned digit = 0;
    std::string_view bytes; ///< the character as it was written
};

/// Takes the first UTF-8 character off a text that is not empty. A broken one is `other`, one byte long.
Mark take_mark(std::string_view& text) noexcept;

/// Takes spaces (ASCII, no-break, ideographic …) off both ends.
std::string_view trimmed(std::string_view text) noexcept;
} // namespace dmid::model
