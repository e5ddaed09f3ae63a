// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/mailbox.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dmid::store::lmdb
{
/// How to open a store. The defaults suit a machine with 1 GB of memory.
struct Options
{
    std::filesystem::path directory; ///< made with mode 0700 if absent
    /// The map, and with it the file, grows by doubling from the first to the second as it fills; beyond it
    /// calls fail with store.full. Only address space is taken in advance, no disk.
    std::size_t map_size = std::size_t{64} << 20U;
    std::size_t max_map_size = std::size_t{64} << 30U;
    unsigned max_readers = 512; ///< reads at one moment
    std::string software;       ///< who opens it, `dmid 0.2.0`; stands in the store's stamp
};

/// Opens or makes the mailbox store. One process at a time. A store of an older format is copied aside and
/// upgraded; folds whose version changed are rebuilt now.
/// Errors: store.locked, store.version, store.corrupt (also: another storage key than it was made with),
/// store.read-only, store.full, store.io. The folds live as long as the store does.
Result<std::unique_ptr<Mailbox>> open_mailbox(const Options& options, const Secret32& storage_key,
                                              std::vector<std::unique_ptr<Fold>> folds = {});
} // namespace dmid::store::lmdb
