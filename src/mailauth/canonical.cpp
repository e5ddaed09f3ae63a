// SPDX-License-Identifier: Apache-2.0
#include "mailauth/canonical.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>
#include <limits>

namespace dmid::mailauth
{
std::string canonical_field(std::string_view raw, Canon canon)
{
    if (raw.ends_with("\r\n"))
        raw.remove_suffix(2);
    if (canon == Canon::simple)
        return std::string{raw} + "\r\n";
    const auto colon = std::min(raw.find(':'), raw.size());
    auto name = raw.substr(0, colon);
    while (!name.empty() && is_blank(name.back()))
        name.remove_suffix(1);
    auto out = ascii_lower(name) + ":";
    const auto start = out.size();
    bool gap = false;
    for (const char c : raw.substr(std::min(colon + 1, raw.size())))
    {
        if (c == '\r' || c == '\n')
            continue;
        if (is_blank(c))
        {
            gap = true;
            continue;
        }
        if (gap && out.size() > start)
            out += ' ';
        gap = false;
        out += c;
    }
    return out + "\r\n";
}

BodyHash::BodyHash(Canon canon, std::optional<std::uint64_t> limit) noexcept
    : canon_{canon}
    , limit_{limit.value_or(std::numeric_limits<std::uint64_t>::max())}
{
}

void BodyHash::flush() noexcept
{
    hash_.update(as_bytes(std::string_view{buffer_.data(), held_}));
    held_ = 0;
}

void BodyHash::put(std::string_view text) noexcept
{
    const auto left = limit_ > size_ ? limit_ - size_ : 0;
    size_ += text.size();
    text = text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, text.size())));
    while (!text.empty())
    {
        if (held_ == buffer_.size())
            flush();
        const auto some = text.substr(0, buffer_.size() - held_);
        std::copy(some.begin(), some.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(held_));
        held_ += some.size();
        text.remove_prefix(some.size());
    }
}

/// Bytes of a line that stand for themselves: what was held back before them counts now.
void BodyHash::run(std::string_view text) noexcept
{
    for (; empty_lines_ > 0; --empty_lines_)
        put("\r\n");
    if (blanks_)
        put(" ");
    blanks_ = false;
    put(text);
}

void BodyHash::update(std::string_view piece) noexcept
{
    const bool relaxed = canon_ == Canon::relaxed;
    while (!piece.empty())
    {
        const char c = piece.front();
        if (cr_)
        {
            cr_ = false;
            if (c == '\n')
            {
                blanks_ = false;
                ++empty_lines_;
                piece.remove_prefix(1);
                continue;
            }
            bare_ = true;
            run("\r");
        }
        const auto plain = static_cast<std::size_t>(
            std::find_if(piece.begin(), piece.end(),
                         [relaxed](char x) { return x == '\r' || x == '\n' || (relaxed && is_blank(x)); }) -
            piece.begin());
        if (plain > 0)
        {
            run(piece.substr(0, plain));
            piece.remove_prefix(plain);
            continue;
        }
        piece.remove_prefix(1);
        if (c == '\r')
            cr_ = true;
        else if (c == '\n')
        {
            bare_ = true;
            run("\n");
        }
        else
            blanks_ = true;
    }
}

BodyHash::Digest BodyHash::finish() noexcept
{
    if (cr_)
    {
        bare_ = true;
        run("\r");
    }
    // A body ends with one line end; one that is empty has none in the relaxed form (RFC 6376 §3.4.4).
    if (size_ > 0 || canon_ == Canon::simple)
        put("\r\n");
    flush();
    return {hash_.finish(), size_, bare_};
}
} // namespace dmid::mailauth
