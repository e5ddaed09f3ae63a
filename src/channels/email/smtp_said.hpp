// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::email
{
/// What the door says to a client: a code, an enhanced status (RFC 3463) and one line or more.
struct Said
{
    unsigned code = 250;
    std::string status = "2.0.0"; ///< empty: none (greeting, EHLO, 334, 354)
    std::vector<std::string> lines;

    Said() = default;
    Said(unsigned reply_code, std::string enhanced, std::string words)
        : code{reply_code}
        , status{std::move(enhanced)}
        , lines{std::move(words)}
    {
    }

    bool positive() const noexcept { return code < 400; }
    /// As it goes over the wire, with CRLF. Each line keeps to the 512 bytes of RFC 5321 §4.5.3.1.5: what is
    /// not printable ASCII becomes `?`, what is too long is cut.
    std::string wire() const;
};
} // namespace dmid::channels::email
