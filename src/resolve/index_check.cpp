// SPDX-License-Identifier: Apache-2.0
#include "resolve/index_check.hpp"

namespace dmid::resolve
{
Result<bool> lacks_publication(const store::Index& index, const proof::VerifiedRecord& record)
{
    if (!record.published())
        return false;
    DMID_TRY(const auto position, index.position());
    if (!position || position->block < record.published_block() + kIndexGrace)
        return false;
    DMID_TRY(const auto row, index.find(record.number().value()));
    // A later publication that the record's block does not have yet is none that was left out.
    return !row || row->seq < record.seq();
}
} // namespace dmid::resolve
