// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::chat
{
/// What a platform counts when it says how long a text may be.
enum class Unit : std::uint8_t
{
    byte,  ///< of UTF-8
    utf16, ///< UTF-16 code units: what the Bot API counts, and never fewer than any "characters"
};

/// The length of well-formed UTF-8 in UTF-16 code units.
std::size_t utf16_units(std::string_view text) noexcept;

/// Cuts well-formed UTF-8 into pieces of at most `room` units (room ≥ 16), which joined are the text again.
/// Every piece but the last has more than three quarters of the room (less one character): within the last
/// quarter a cut falls behind an empty line, else a line, else a sentence, else a word, else a character with
/// its marks and joiners; inside those only where one is longer than that quarter. Never inside a code point.
/// An empty text is one empty piece.
std::vector<std::string> split_text(std::string_view text, std::size_t room, Unit unit);
} // namespace dmid::chat
