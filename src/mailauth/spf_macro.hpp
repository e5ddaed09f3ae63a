// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
/// One piece of a macro string (RFC 7208 §7.1).
struct SpfMacro
{
    char letter = 0; ///< lower case, or 0: `text` stands for itself
    std::string text;
    bool escape = false; ///< the letter was upper case: URL-escape what comes out
    unsigned keep = 0;   ///< the last so many pieces; 0: all
    bool reverse = false;
    std::string delimiters = ".";
};
using SpfText = std::vector<SpfMacro>;

/// What a macro string may be used for: the letters c, r and t exist in explanations alone.
enum class SpfTextUse : std::uint8_t
{
    domain,      ///< a domain-spec: ends with a macro, or with a label that is not all digits
    other,       ///< an unknown modifier
    explanation, ///< exp=
};
/// mail.spf-record.
Result<SpfText> parse_spf_text(std::string_view text, SpfTextUse use);

/// What the letters stand for; `p` is looked up by whoever evaluates.
struct SpfValues
{
    std::string sender;
    std::string domain; ///< the one that is being asked
    std::string helo;
    std::string address; ///< dotted
    bool v6 = false;
    std::string validated = "unknown"; ///< of `p`
};
bool needs_validated_name(const SpfText& text) noexcept;
/// The whole text, cut at its left to 253 bytes, label by label (RFC 7208 §7.3).
std::string expand(const SpfText& text, const SpfValues& values);
} // namespace dmid::mailauth
