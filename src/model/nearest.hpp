// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dmid::model
{
/// The candidate that a misspelt word most likely meant; empty where none is near (more than a third of its
/// letters differ, or the word is over 64 bytes).
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
/// `"delivr"; did you mean "deliver"?`, or only the quoted word.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);
/// For messages: at most 64 bytes, with everything that is not printable ASCII as a question mark, in quotes.
std::string quoted(std::string_view word);
} // namespace dmid::model
