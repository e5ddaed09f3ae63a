// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/email/mime_read.hpp"
#include "model/envelope.hpp"

#include <string>
#include <vector>

namespace dmid::channels::email
{
/// Files that a letter takes: an envelope has model::kMaxParts, and one of them is the text.
inline constexpr std::size_t kMaxFiles = model::kMaxParts - 1;

/// One text of a message; with multipart/alternative in both of its forms.
struct BodyText
{
    std::string plain;        ///< UTF-8, LF
    std::string html;         ///< reduced to text, UTF-8, LF
    bool html_quotes = false; ///< its HTML has a container that mail programs quote in

    /// Plain preferred; HTML where the plain text is empty.
    const std::string& best() const;
};

struct Body
{
    std::vector<BodyText> texts;
    std::vector<const MimePart*> files; ///< everything else, in order; parts of the message that was given
    std::vector<std::string> lost;      ///< in words

    std::string joined() const;
};

/// The texts of a message and what else is in it. store.io.
Result<Body> read_body(const Spool& spool, const MimeMessage& message);
/// "a; b", empty for nothing.
std::string in_words(const std::vector<std::string>& lost);
} // namespace dmid::channels::email
