// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace dmid::channels::email
{
inline constexpr std::size_t kMaxLocal = 64;   ///< bytes, RFC 5321 §4.5.3.1.1
inline constexpr std::size_t kMaxDomain = 255; ///< bytes, §4.5.3.1.2

/// A mailbox as RFC 5321 §4.1.2 writes it, dot-string only.
struct MailAddress
{
    std::string local;  ///< as written: its case may matter to its host
    std::string domain; ///< lower case
    bool utf8 = false;  ///< the local part is not ASCII: needs SMTPUTF8 (RFC 6531)

    std::string text() const { return local + "@" + domain; }
};

/// channel.address-invalid unless the text is `local@domain`: local part of 1 to 64 bytes without quoting,
/// domain of 1 to 255 with at least one dot or `localhost`, in labels of 1 to 63; IDNs in punycode. Quoted
/// local parts, comments, display names and address literals are refused on purpose.
Result<MailAddress> parse_mail_address(std::string_view text);
} // namespace dmid::channels::email
