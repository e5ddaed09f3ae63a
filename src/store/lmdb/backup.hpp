// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace dmid::store::lmdb
{
/// What a copy holds, read back from the copy.
struct StoreSummary
{
    std::string format;        ///< its stamp: `dmid-mailbox 1`
    std::string software;      ///< what opened it last; may be empty
    std::uint64_t entries = 0; ///< in the log, tombstones too
    std::uint64_t bytes = 0;   ///< of the file
    bool compact = true;       ///< false: the store has lost pages, the copy holds every page as it is
};

/// Copies the store in `directory` as of one moment into the new file `to` (0600, synced when it returns),
/// while another process may have it open and write to it; neither waits for the other. Not for a store that
/// this process has open: LMDB would begin its table of locks anew. Everything that was durable when the
/// call began is in it. store.not-found where there is no store; store.full, store.io.
Result<StoreSummary> copy_store(const std::filesystem::path& directory, const std::filesystem::path& to);

/// Reads every row of every database of a store that nobody has open, and decodes its log.
/// store.corrupt, store.not-found.
Result<StoreSummary> check_store(const std::filesystem::path& directory);
} // namespace dmid::store::lmdb
