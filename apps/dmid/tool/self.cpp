// SPDX-License-Identifier: Apache-2.0
#include "tool/self.hpp"

#include <algorithm>

namespace dmid::tool
{
std::string shell_word(std::string_view word)
{
    const auto plain = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"-_./:=,@%+"}.find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::all_of(word.begin(), word.end(), plain))
        return std::string{word};
    std::string out{"'"};
    for (const char c : word)
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    return out + "'";
}

std::string self_call(const Globals& globals)
{
    std::string out{"dmid"};
    if (!globals.home.empty())
        out += " --home " + shell_word(globals.home);
    if (!globals.config.empty())
        out += " --config " + shell_word(globals.config);
    return out;
}
} // namespace dmid::tool
