// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dmid::channels::email
{
struct HtmlText
{
    std::string text;    ///< UTF-8, LF
    bool cut = false;    ///< a limit was met: what came after it is missing
    bool quoted = false; ///< there was a container that a mail program puts quotes into
};

inline constexpr std::size_t kMaxHtml = 2U << 20U; ///< bytes of HTML that are looked at
inline constexpr unsigned kMaxHtmlDepth = 256;     ///< elements inside each other

/// HTML (UTF-8) reduced to what a reader would see. Nothing is ever loaded. Links are shown with their true
/// target, `words <https://…>`; only http, https, mailto and tel targets, others vanish. Scripts, styles,
/// forms, comments and what is hidden by an attribute or an inline style vanish; what a style sheet hides
/// cannot be known and is shown. Quotes (blockquote, and the containers of Gmail, Apple Mail, Thunderbird,
/// Outlook, Yahoo, Proton) get `> ` before each line, their signatures a line `-- ` before them. At most
/// `limit` bytes. Pure.
HtmlText html_to_text(std::string_view html, std::size_t limit);
} // namespace dmid::channels::email
