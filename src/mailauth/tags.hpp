// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::mailauth
{
inline constexpr std::size_t kMaxTags = 64;

/// One `name=value` of a tag list.
struct Tag
{
    std::string_view name;
    std::string_view value; ///< without white space at its ends; may have folds inside
    std::size_t at = 0;     ///< where the text behind the `=` begins, in the list
    std::size_t size = 0;   ///< its length up to the `;`
};

/// A tag list (RFC 6376 §3.2): DKIM and ARC fields, key records, DMARC records. Views into `text`.
class TagList
{
public:
    /// codec.syntax for anything else, a control character, or more than kMaxTags; codec.duplicate-key.
    static Result<TagList> parse(std::string_view text);
    /// The tag, or nullptr. Names are case-sensitive.
    const Tag* find(std::string_view name) const noexcept;
    /// Its value, or `otherwise`.
    std::string_view value(std::string_view name, std::string_view otherwise = {}) const noexcept;
    const std::vector<Tag>& all() const noexcept { return tags_; }

private:
    std::vector<Tag> tags_;
};
} // namespace dmid::mailauth
