// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// The marks by which mail programs set off what they quote, in the languages that they speak. One function,
/// one question about lines; pure.
namespace dmid::channels::email::marks
{
/// Without blanks (also no-break spaces and direction marks) at both ends.
std::string_view trim(std::string_view line);
/// `> …`, behind at most three blanks.
bool is_quoted(std::string_view line);
/// `-- ` (RFC 3676 §4.3), or without its blank.
bool is_signature(std::string_view line);
/// "Sent from my phone", in many languages: one short line.
bool is_device_line(std::string_view line);
/// `-----Original Message-----`, `---------- Forwarded message ----------`, "Begin forwarded message:".
bool is_divider(std::string_view line);
/// A line of underscores or dashes alone, as Outlook puts one before its block.
bool is_rule(std::string_view line);
/// A From:/Sent:/To:/Subject: block begins here: three different labels, From among them.
bool is_header_block(std::span<const std::string_view> lines);

struct Attribution
{
    std::size_t lines = 0; ///< 0: none begins here
    bool strong = false;   ///< names an address or a point in time: nothing that one writes by hand
};
/// "On … wrote:" over up to five lines.
Attribution attribution(std::span<const std::string_view> lines);
} // namespace dmid::channels::email::marks
