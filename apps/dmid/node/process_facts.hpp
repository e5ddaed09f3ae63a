// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics.hpp"

#include <filesystem>

namespace dmid::node
{
/// This process as the kernel sees it; zeroes where it does not say.
api::ProcessFacts process_facts();

/// Free bytes for us on the disk of a folder; 0 where nobody knows.
std::uint64_t free_bytes(const std::filesystem::path& folder);

/// Keeps what is in memory out of the disk and from other processes of the same user: no core file, and no
/// attaching, whatever the limits of the shell say. Only root can still read it.
void guard_memory();
} // namespace dmid::node
