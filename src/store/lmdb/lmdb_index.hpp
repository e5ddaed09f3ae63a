// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/index.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"

#include <memory>

namespace dmid::store::lmdb
{
/// Opens or makes the index in its own directory. Errors as for open_mailbox.
Result<std::unique_ptr<Index>> open_index(const Options& options);
} // namespace dmid::store::lmdb
