// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channels/email/mail_in.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What header fields and texts say, decoded. Nothing here fails: what is broken is read as it can be.
namespace dmid::channels::email
{
/// Encoded words (RFC 2047) and raw bytes of a field, as one line of UTF-8. A character set that is not known
/// is read as UTF-8, else as windows-1252.
std::string decode_field(std::string_view raw);
/// The mailboxes of an address field, groups flattened, at most 100.
std::vector<Mailbox> decode_mailboxes(std::string_view raw);
/// The message ids of a field, without angle brackets, in order, each of at most 998 printable bytes.
std::vector<std::string> decode_ids(std::string_view raw);
/// Seconds since 1970; 0 where it is no date or lies outside 1970 … 9999.
UnixTime decode_date(std::string_view raw);

struct DecodedText
{
    std::string text;     ///< UTF-8, LF line ends, no other control characters than tab
    std::string fallback; ///< empty, or in words what it was read as instead of what it says it is
};
/// A text in a character set by its MIME name. ASCII and nameless texts that are UTF-8 are read as that.
DecodedText decode_charset(std::string_view bytes, const std::string& charset);
/// Valid UTF-8 with LF line ends; control characters but tab and LF vanish, broken bytes become U+FFFD.
std::string clean_text(std::string_view text);
/// Joins the soft lines of format=flowed (RFC 3676); quotes keep one `>` a level and a space.
std::string unflow(std::string_view text, bool delsp);
} // namespace dmid::channels::email
