// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proof/record.hpp"
#include "store/index.hpp"

namespace dmid::resolve
{
/// Blocks that must stand upon a publication before the index is expected to have it: a reorg that is being
/// followed is no omission.
inline constexpr std::uint64_t kIndexGrace = 3;

/// Whether the endpoints left an event out: the index has followed beyond the publishing block of a proven
/// record, and does not know that publication. False where nothing is published, and while the index is still
/// on its way. Errors of the index.
Result<bool> lacks_publication(const store::Index& index, const proof::VerifiedRecord& record);
} // namespace dmid::resolve
