// SPDX-License-Identifier: Apache-2.0
#include "model/nearest.hpp"

#include <algorithm>
#include <array>

namespace dmid::model
{
namespace
{
constexpr std::size_t kMaxWord = 64;

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count one each.
std::size_t distance(std::string_view a, std::string_view b)
{
    using Line = std::array<std::size_t, kMaxWord + 1>;
    Line before{}, last{}, now{};
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
    {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j)
        {
            const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
    }
    return last[b.size()];
}
} // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates)
{
    std::string_view best;
    if (word.size() > kMaxWord)
        return best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : candidates)
    {
        if (candidate.size() > kMaxWord)
            continue;
        if (const auto d = distance(word, candidate); d < least)
        {
            least = d;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates)
{
    const auto near = nearest(word, candidates);
    return near.empty() ? quoted(word) : quoted(word) + "; did you mean " + quoted(near) + "?";
}

std::string quoted(std::string_view word)
{
    std::string out = "\"";
    for (const char c : word.substr(0, kMaxWord))
        out += c >= 0x20 && c < 0x7f && c != '"' ? c : '?';
    return out + (word.size() > kMaxWord ? "…\"" : "\"");
}
} // namespace dmid::model
