// SPDX-License-Identifier: Apache-2.0
#include "channels/email/smtp_said.hpp"

#include <algorithm>

namespace dmid::channels::email
{
std::string Said::wire() const
{
    // 512 with code, blanks, status and CRLF.
    constexpr std::size_t kMaxWords = 480;
    std::string out;
    const auto count = std::max<std::size_t>(lines.size(), 1);
    for (std::size_t i = 0; i < count; ++i)
    {
        out += std::to_string(code) + (i + 1 < count ? "-" : " ");
        if (!status.empty())
            out += status + " ";
        const auto words = i < lines.size() ? std::string_view{lines[i]}.substr(0, kMaxWords) : "";
        for (const char c : words)
            out.push_back(c >= ' ' && c <= '~' ? c : '?');
        out += "\r\n";
    }
    return out;
}
} // namespace dmid::channels::email
