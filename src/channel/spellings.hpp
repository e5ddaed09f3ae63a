// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmid::channel
{
/// Finds addresses that must not leave, in whatever spelling mail programs, web pages and people give them:
/// any case, full-width letters, invisible characters, blanks between, "(at)" and "dot", percent and HTML
/// escapes, quoted-printable, base64, encoded words, and these inside each other; telephone numbers by their
/// last nine digits, whatever stands between them. It finds too much rather than too little. Immutable; any
/// thread.
class Spellings
{
public:
    /// Addresses under 5 bytes are too short to be looked for and are left out.
    explicit Spellings(const std::vector<std::string>& addresses);

    /// True where the text shows one of them. Linear in the text, with a factor of about 40.
    bool in(std::string_view text) const;
    /// The same for the bytes of a file: as they are, and as UTF-16.
    bool in_bytes(std::string_view bytes) const;
    bool empty() const noexcept { return words_.empty() && digits_.empty(); }

private:
    bool in_plain(std::string_view text) const;
    std::vector<std::string> words_;  // folded
    std::vector<std::string> digits_; // the last nine digits of telephone numbers
};
} // namespace dmid::channel
