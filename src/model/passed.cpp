// SPDX-License-Identifier: Apache-2.0
#include "model/passed.hpp"

#include <algorithm>

namespace dmid::model
{
namespace
{
bool is_passed_mark(std::string_view word)
{
    return word.size() == kPassedMark &&
           std::all_of(word.begin(), word.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}
} // namespace

Passed read_passed(std::string_view text)
{
    Passed out;
    while (!text.empty() && out.size() < kMostPassed)
    {
        const auto end = std::min(text.size(), text.find_first_of(" \t\r\n"));
        if (const auto word = text.substr(0, end); is_passed_mark(word))
            out.emplace_back(word);
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return out;
}

std::string in_one_line(const Passed& passed)
{
    std::string out;
    for (const auto& mark : passed)
        out += (out.empty() ? "" : " ") + mark;
    return out;
}
} // namespace dmid::model
