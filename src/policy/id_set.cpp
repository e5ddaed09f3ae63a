// SPDX-License-Identifier: Apache-2.0
#include "policy/id_set.hpp"

#include <algorithm>

namespace dmid::policy
{
IdSet::IdSet(std::vector<Hash32> ids)
    : ids_{std::move(ids)}
{
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

bool IdSet::contains(const Hash32& id) const noexcept
{
    return std::binary_search(ids_.begin(), ids_.end(), id);
}
} // namespace dmid::policy
