// SPDX-License-Identifier: Apache-2.0
#include "resolve/record_cache.hpp"

#include <utility>

namespace dmid::resolve
{
// A block that is older than the present one (another thread still reads at it) turns nothing.
void RecordCache::turn_to(const proof::AgreedBlock& block)
{
    if (present_.block == block)
        return;
    if (present_.block && block.number < present_.block->number)
        return;
    if (!present_.order.empty())
        before_ = std::move(present_);
    present_ = Shelf{};
    present_.block = block;
}

AnswerPtr RecordCache::find(const proof::AgreedBlock& block, model::Number number)
{
    turn_to(block);
    if (present_.block != block)
        return nullptr;
    const auto found = present_.places.find(number.value());
    if (found == present_.places.end())
        return nullptr;
    present_.order.splice(present_.order.begin(), present_.order, found->second);
    return found->second->answer;
}

AnswerPtr RecordCache::earlier(const proof::AgreedBlock& block, model::Number number) const
{
    const auto& shelf = present_.block == block ? before_ : present_;
    const auto found = shelf.places.find(number.value());
    return found == shelf.places.end() ? nullptr : found->second->answer;
}

void RecordCache::put(const proof::AgreedBlock& block, model::Number number, AnswerPtr answer)
{
    if (capacity_ == 0 || present_.block != block)
        return;
    if (const auto found = present_.places.find(number.value()); found != present_.places.end())
    {
        found->second->answer = std::move(answer);
        return;
    }
    if (present_.order.size() >= capacity_)
    {
        present_.places.erase(present_.order.back().number);
        present_.order.pop_back();
    }
    present_.order.push_front({number.value(), std::move(answer)});
    present_.places.emplace(number.value(), present_.order.begin());
}

void RecordCache::clear()
{
    present_ = Shelf{};
    before_ = Shelf{};
}
} // namespace dmid::resolve
