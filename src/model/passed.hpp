// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The marks of the numbers that a message passed on its way, oldest first. Each node puts one on what it
/// brings to an owner, in whatever form the channel has for it, so that a message that comes back by whatever
/// forwards it is known. Pure.
namespace dmid::model
{
/// Letters of base32 in one mark.
inline constexpr std::size_t kPassedMark = 16;
/// A message that passed so many numbers goes no further.
inline constexpr std::size_t kMostPassed = 16;

using Passed = std::vector<std::string>;

/// Reads marks with blanks between them, at most kMostPassed of them. What has not the form of a mark is
/// somebody else's and no mark.
Passed read_passed(std::string_view text);
/// Writes them as read_passed() reads them; empty for none.
std::string in_one_line(const Passed& passed);
} // namespace dmid::model
