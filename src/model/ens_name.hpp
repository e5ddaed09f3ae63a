// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::model
{
/// Bytes of a name: the longest that DNS carries (RFC 1035 §2.3.4), and of one label.
inline constexpr std::size_t kMaxName = 253;
inline constexpr std::size_t kMaxLabel = 63;

/// A name of ENS in its normal form: lower case, at least two labels. Only what the letters of ASCII can
/// write is read: two names that look alike are then the same one. A plain value.
class EnsName
{
public:
    /// `Alice.eth` → `alice.eth`. Letters, digits and dashes, underscores at a label's beginning, no dashes
    /// at places three and four of a label (ENSIP-15 keeps those for other writing); name.invalid with the
    /// reason for everything else, names in other scripts included.
    static Result<EnsName> parse(std::string_view text);

    const std::string& text() const noexcept { return text_; }
    /// From left to right.
    std::vector<std::string_view> labels() const;
    /// The node that the registry knows it by (ERC-137).
    Hash32 node() const { return node_above(0); }
    /// The node of what is left without the first `up` labels; of all of them: the root, which is zero.
    Hash32 node_above(std::size_t up) const;
    /// Each label behind its length, a zero at the end (RFC 1035 §3.1), as ENSIP-10 hands names to resolvers.
    Bytes dns_encoded() const;

    auto operator<=>(const EnsName&) const = default;

private:
    explicit EnsName(std::string text)
        : text_{std::move(text)}
    {
    }
    std::string text_;
};
} // namespace dmid::model
