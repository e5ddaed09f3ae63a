// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <vector>

namespace dmid::policy
{
/// A set of 32-byte ids (model::party_id), sorted; lookups by binary search.
class IdSet
{
public:
    IdSet() = default;
    /// Sorts and removes repetitions.
    explicit IdSet(std::vector<Hash32> ids);

    bool contains(const Hash32& id) const noexcept;
    std::size_t size() const noexcept { return ids_.size(); }

private:
    std::vector<Hash32> ids_;
};
} // namespace dmid::policy
