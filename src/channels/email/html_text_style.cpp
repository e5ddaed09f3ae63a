// SPDX-License-Identifier: Apache-2.0
#include "channels/email/html_text_style.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace dmid::channels::email
{
namespace
{
/// Lower case, without blanks, comments and the escapes that would hide a name.
std::string plain(std::string_view style)
{
    std::string out;
    for (std::size_t i = 0; i < style.size(); ++i)
    {
        if (style.substr(i, 2) == "/*")
        {
            const auto end = style.find("*/", i + 2);
            if (end == std::string_view::npos)
                break;
            i = end + 1;
            continue;
        }
        const char c = style[i];
        if (c == '\\' || static_cast<unsigned char>(c) <= 0x20)
            continue;
        out.push_back(ascii_lower(c));
    }
    return out;
}

/// The number at the front of a value.
std::optional<double> number(std::string_view value)
{
    double out = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    return error == std::errc{} ? std::optional{out} : std::nullopt;
}

bool below(std::string_view value, double limit)
{
    const auto n = number(value);
    return n && *n < limit;
}

/// Font sizes in em, rem and per cent are relative: only nearly nothing of them is unreadable.
bool tiny_font(std::string_view value)
{
    const bool absolute = value.ends_with("px") || value.ends_with("pt");
    return below(value, absolute ? 2.0 : value.ends_with('%') ? 10.0 : 0.1);
}
} // namespace

bool style_hides(std::string_view style)
{
    const auto text = plain(style);
    std::string_view rest = text;
    bool no_room = false;
    bool clipped = false;
    std::string_view colour, ground;
    while (!rest.empty())
    {
        const auto declaration = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), declaration.size() + 1));
        const auto colon = declaration.find(':');
        if (colon == std::string_view::npos)
            continue;
        const auto name = declaration.substr(0, colon);
        auto value = declaration.substr(colon + 1);
        if (const auto mark = value.find("!important"); mark != std::string_view::npos)
            value = value.substr(0, mark);
        if ((name == "display" && value == "none") ||
            (name == "visibility" && (value == "hidden" || value == "collapse")) ||
            (name == "mso-hide" && value == "all") || (name == "font-size" && tiny_font(value)) ||
            (name == "opacity" && below(value, 0.1)) || (name == "color" && value == "transparent") ||
            ((name == "text-indent" || name == "left" || name == "top" || name == "margin-left") &&
             below(value, -500.0)) ||
            (name == "transform" && value.find("scale(0") != std::string_view::npos))
            return true;
        no_room = no_room ||
                  ((name == "max-height" || name == "height" || name == "max-width" || name == "width") &&
                   below(value, 2.0) && !value.ends_with('%') && !value.ends_with("em"));
        clipped = clipped || (name.starts_with("overflow") && value == "hidden");
        if (name == "color")
            colour = value;
        if (name == "background-color" || name == "background")
            ground = value;
    }
    return (no_room && clipped) || (!colour.empty() && colour == ground);
}
} // namespace dmid::channels::email
