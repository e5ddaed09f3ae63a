// SPDX-License-Identifier: Apache-2.0
#include "mailauth/text.hpp"

#include "base/ascii.hpp"

namespace dmid::mailauth
{
bool is_domain(std::string_view name) noexcept
{
    constexpr std::size_t kMaxLabel = 63;
    if (name.size() > kMaxName || name.find('.') == std::string_view::npos)
        return false;
    std::size_t label = 0;
    for (const char c : name)
    {
        if (c == '.')
        {
            if (label == 0)
                return false;
            label = 0;
            continue;
        }
        if (!is_alpha(c) && !is_ascii_digit(c) && c != '-' && c != '_')
            return false;
        if (++label > kMaxLabel)
            return false;
    }
    return label > 0;
}
} // namespace dmid::mailauth
