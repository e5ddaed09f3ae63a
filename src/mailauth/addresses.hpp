// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
inline constexpr std::size_t kMaxAddresses = 500; ///< of one field

/// An address as a header names it.
struct Mailbox
{
    std::string local;  ///< unquoted; as written: its case may matter to its host
    std::string domain; ///< lower case, ASCII
    auto operator<=>(const Mailbox&) const = default;

    std::string text() const { return local + "@" + domain; }
};

/// The addresses of a From, To or Cc value (RFC 5322 §3.4), groups included, display names and comments left
/// out. mail.address-syntax for anything that readers could take in two ways: an unquoted `@` or a second
/// `<` in a name, a route, a domain literal, a domain that is not ASCII, a quoted local part that needs its
/// quotes, control characters; more than kMaxAddresses.
Result<std::vector<Mailbox>> parse_addresses(std::string_view value);
} // namespace dmid::mailauth
