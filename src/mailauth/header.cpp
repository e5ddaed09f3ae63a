// SPDX-License-Identifier: Apache-2.0
#include "mailauth/header.hpp"

#include "base/ascii.hpp"
#include "mailauth/text.hpp"

#include <algorithm>

namespace dmid::mailauth
{
namespace
{
/// The end of the line that begins at `from`, behind its CRLF; 0 where it does not end so.
std::size_t line_end(std::string_view text, std::size_t from) noexcept
{
    for (auto i = from; i < text.size(); ++i)
    {
        if (text[i] == '\0' || text[i] == '\n')
            return 0;
        if (text[i] == '\r')
            return i + 1 < text.size() && text[i + 1] == '\n' ? i + 2 : 0;
    }
    return 0;
}

/// RFC 5322 §2.2: printable ASCII without the colon.
bool is_name(std::string_view name) noexcept
{
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}
} // namespace

Result<std::vector<Field>> split_header(std::string_view header)
{
    if (header.size() > kMaxHeader)
        return fail(Errc::codec_too_large, "a header of more than 64 KiB");
    std::vector<Field> out;
    for (std::size_t at = 0; at < header.size();)
    {
        auto end = at;
        do
        {
            end = line_end(header, end);
            if (end == 0)
                return fail(Errc::mail_header_invalid, "a line does not end with CRLF");
        } while (end < header.size() && is_blank(header[end]));
        const auto raw = header.substr(at, end - at);
        at = end;
        const auto colon = raw.find(':');
        auto name = raw.substr(0, colon);
        while (!name.empty() && is_blank(name.back())) // obsolete, still met: RFC 5322 §4.5.8
            name.remove_suffix(1);
        if (colon == std::string_view::npos || !is_name(name))
            return fail(Errc::mail_header_invalid, "a line is no field");
        if (out.size() == kMaxFields)
            return fail(Errc::mail_header_invalid, "too many fields");
        out.push_back({ascii_lower(name), raw});
    }
    if (out.empty())
        return fail(Errc::mail_header_invalid, "no fields");
    return out;
}
} // namespace dmid::mailauth
