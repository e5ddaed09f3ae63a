// SPDX-License-Identifier: Apache-2.0
#include "chat/captioned.hpp"

#include "chat/text_split.hpp"

#include <algorithm>
#include <utility>

namespace dmid::chat
{
std::vector<Step> captioned_plan(const channel::Outgoing& message, const CaptionedLimits& limits)
{
    const auto files = sort_files(message, limits.files);
    auto text = whole_text(message, files.left_out);
    std::vector<Step> steps;
    if (files.carried.size() == 1 && limits.takes_caption(*files.carried.front()) &&
        utf16_units(text) + kMaxMarks <= limits.caption)
    {
        steps.push_back({std::move(text), files.carried.front()});
        return steps;
    }
    for (auto& piece : split_text(text, limits.text - kMaxMarks, Unit::utf16))
        steps.push_back({std::move(piece), nullptr});
    for (const auto* file : files.carried)
        steps.push_back({{}, file});
    return steps;
}

std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated)
{
    const auto texts =
        std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.file == nullptr; });
    const auto& step = steps[index];
    return marked(step.text, step.file == nullptr ? index : 0, static_cast<std::size_t>(texts), repeated);
}
} // namespace dmid::chat
