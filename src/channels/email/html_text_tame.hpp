// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// What HTML takes for white space.
constexpr bool is_html_blank(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// HTML with nothing left that could be dear or unsafe to parse: no comments, declarations, scripts, styles
/// and other raw text, and of each tag only its name and the attributes that html_to_text() looks at, each
/// once, in quotes, at most 4 KiB long. Libxml2 2.9 compares each attribute of a tag with all before it,
/// which a tag with many makes quadratic; and pictures that stand in attributes need not be parsed at all.
/// Linear; pure.
std::string tame_html(std::string_view html);
} // namespace dmid::channels::email
