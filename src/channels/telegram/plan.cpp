// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/plan.hpp"

#include <limits>

namespace dmid::channels::telegram
{
std::vector<chat::Step> plan(const channel::Outgoing& message)
{
    chat::CaptionedLimits limits;
    limits.files = {kMostFiles, kMaxFileBytes, std::numeric_limits<std::uint64_t>::max()};
    limits.text = kMaxUnits;
    limits.caption = kMaxCaption;
    limits.takes_caption = [](const channel::File&) { return true; };
    return chat::captioned_plan(message, limits);
}
} // namespace dmid::channels::telegram
