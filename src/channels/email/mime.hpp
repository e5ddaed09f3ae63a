// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace dmid::channels::email
{
/// Valid UTF-8 without control characters on one line: each run of controls and white space becomes one
/// space, broken bytes become U+FFFD. No value that went through here can end its header field.
std::string one_line(std::string_view text);

/// At most n bytes, cut between characters.
std::string shortened(std::string text, std::size_t n);

/// Header text as RFC 5322 and 2047 want it: unchanged where it is printable ASCII that cannot be mistaken
/// for an encoded word, else in encoded words of UTF-8 base64, split at characters.
std::string encode_words(std::string_view text);
/// A display name: atoms as they are, other ASCII quoted, the rest in encoded words.
std::string encode_phrase(std::string_view text);

/// `Name: value` CRLF, folded at spaces to at most 78 characters where they allow it. `value` must be one
/// line.
std::string header_field(std::string_view name, std::string_view value);

/// RFC 5322 §3.3, in UTC.
std::string mail_date(UnixTime time);

/// A text/plain body ready to send, with CRLF line ends and no line over 76.
struct EncodedText
{
    std::string encoding; ///< the Content-Transfer-Encoding: `7bit` or `quoted-printable`
    std::string body;
};
/// Line ends of any kind become CRLF, other control characters but tab vanish.
EncodedText encode_text(std::string_view text);

/// As it goes over SMTP after DATA: lines that begin with a dot get a second one (RFC 5321 §4.5.2); ends with
/// CRLF, without the final dot.
std::string dot_stuff(std::string_view message);
} // namespace dmid::channels::email
