// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <deque>
#include <unordered_set>

namespace dmid::channels::nostr
{
/// The ids that were seen last, oldest forgotten first. Not for concurrent use.
class Seen
{
public:
    explicit Seen(std::size_t most)
        : most_{most}
    {
    }
    /// False where it was there already.
    bool add(const Hash32& id)
    {
        if (!ids_.insert(id).second)
            return false;
        order_.push_back(id);
        if (order_.size() > most_)
        {
            ids_.erase(order_.front());
            order_.pop_front();
        }
        return true;
    }
    /// So that it may come again.
    void remove(const Hash32& id)
    {
        // Its place in the order stays, and forgets nothing that is still there but this id itself.
        ids_.erase(id);
    }
    std::size_t size() const noexcept { return ids_.size(); }

private:
    std::size_t most_;
    std::unordered_set<Hash32> ids_;
    std::deque<Hash32> order_;
};
} // namespace dmid::channels::nostr
