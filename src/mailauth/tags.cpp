// SPDX-License-Identifier: Apache-2.0
#include "mailauth/tags.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>

namespace dmid::mailauth
{
namespace
{
bool is_tag_name(std::string_view name) noexcept
{
    return !name.empty() && is_alpha(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_alpha(c) || is_ascii_digit(c) || c == '_'; });
}

/// Printable, folds, and bytes of UTF-8, which RFC 8616 allows.
bool is_tag_value(std::string_view value) noexcept
{
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return (c >= '\0' && c < ' ' && !is_space(c)) || c == '\x7f'; });
}
} // namespace

Result<TagList> TagList::parse(std::string_view text)
{
    TagList out;
    for (std::size_t at = 0; at <= text.size();)
    {
        const auto end = std::min(text.find(';', at), text.size());
        const auto piece = text.substr(at, end - at);
        const auto begin = at;
        at = end + 1;
        if (trimmed(piece).empty())
        {
            // Only the last one may be missing: `a=1;`.
            if (end != text.size())
                return fail(Errc::codec_syntax, "an empty tag");
            continue;
        }
        const auto equals = piece.find('=');
        const auto name = trimmed(piece.substr(0, equals));
        if (equals == std::string_view::npos || !is_tag_name(name) || !is_tag_value(piece.substr(equals)))
            return fail(Errc::codec_syntax, "a tag that is not name=value");
        if (out.find(name) != nullptr)
            return fail(Errc::codec_duplicate_key, "tag " + std::string{name});
        if (out.tags_.size() == kMaxTags)
            return fail(Errc::codec_syntax, "too many tags");
        out.tags_.push_back(
            {name, trimmed(piece.substr(equals + 1)), begin + equals + 1, piece.size() - equals - 1});
    }
    return out;
}

const Tag* TagList::find(std::string_view name) const noexcept
{
    const auto found =
        std::find_if(tags_.begin(), tags_.end(), [name](const Tag& tag) { return tag.name == name; });
    return found == tags_.end() ? nullptr : &*found;
}

std::string_view TagList::value(std::string_view name, std::string_view otherwise) const noexcept
{
    const auto* found = find(name);
    return found == nullptr ? otherwise : found->value;
}
} // namespace dmid::mailauth
