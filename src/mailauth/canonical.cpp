// SPDX-License-Identifier: Apache-2.0
#include "mailauth/canonical.hpp"

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
    auto out = lower(name) + ":";
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

void BodyHash::put(char c) noexcept
{
    if (size_++ >= limit_)
        return;
    if (held_ == buffer_.size())
        flush();
    buffer_[held_++] = c;
}

void BodyHash::put_line_end() noexcept
{
    put('\r');
    put('\n');
}

void BodyHash::byte(char c) noexcept
{
    if (canon_ == Canon::relaxed && is_blank(c))
    {
        blanks_ = true;
        return;
    }
    for (; empty_lines_ > 0; --empty_lines_)
        put_line_end();
    if (blanks_)
        put(' ');
    blanks_ = false;
    put(c);
}

void BodyHash::update(std::string_view piece) noexcept
{
    for (const char c : piece)
    {
        if (cr_)
        {
            cr_ = false;
            if (c == '\n')
            {
                blanks_ = false;
                ++empty_lines_;
                continue;
            }
            bare_ = true;
            byte('\r');
        }
        if (c == '\r')
        {
            cr_ = true;
            continue;
        }
        bare_ = bare_ || c == '\n';
        byte(c);
    }
}

BodyHash::Digest BodyHash::finish() noexcept
{
    if (cr_)
    {
        bare_ = true;
        byte('\r');
    }
    // A body ends with one line end; one that is empty has none in the relaxed form (RFC 6376 §3.4.4).
    if (size_ > 0 || canon_ == Canon::simple)
        put_line_end();
    flush();
    return {hash_.finish(), size_, bare_};
}
} // namespace dmid::mailauth
