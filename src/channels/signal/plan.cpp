// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/plan.hpp"

#include "chat/text_split.hpp"

#include <utility>

namespace dmid::channels::signal
{
std::vector<Step> plan(const channel::Outgoing& message)
{
    auto files = chat::sort_files(message, {kMostFiles, kMaxFileBytes, kMaxFileBytes});
    const auto text = chat::whole_text(message, files.left_out);
    std::vector<Step> steps;
    for (auto& piece : chat::split_text(text, kMaxPart - chat::kMaxMarks, chat::Unit::byte))
        steps.push_back({std::move(piece), {}});
    steps.back().files = std::move(files.carried);
    return steps;
}

std::string with_marks(const std::vector<Step>& steps, std::size_t index, bool repeated)
{
    return chat::marked(steps[index].text, index, steps.size(), repeated);
}
} // namespace dmid::channels::signal
