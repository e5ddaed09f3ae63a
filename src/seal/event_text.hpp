// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

/// How events are written down; shared by ids, JSON and the search for work.
namespace dmid::seal
{
/// Appends a JSON string with the escapes of canonical_text(). The text is UTF-8 already.
void append_quoted(std::string& out, std::string_view text);
/// Appends tags as an array of arrays of strings.
void append_tags(std::string& out, const std::vector<Tag>& tags);
/// About how long canonical_text() will be.
std::size_t canonical_size_hint(const EventBody& body) noexcept;
} // namespace dmid::seal
