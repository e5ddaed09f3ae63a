// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

namespace dmid::bench
{
/// The cheapest durable write that the mailbox's engine has: records of `size` bytes under growing keys,
/// `group` in one transaction, no index, no view, nothing sealed. Microseconds of CPU for each record, the
/// kernel's part included. Writes into a new environment below `directory` for some `seconds`.
double lmdb_floor(const std::filesystem::path& directory, std::size_t size, std::size_t group,
                  double seconds);
} // namespace dmid::bench
