// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Replaces the program's operator new: every allocation of C++ is counted, what C libraries allocate is not.
namespace dmid::bench
{
/// Allocations of all threads but those that called not_this_thread().
std::uint64_t allocations() noexcept;
/// For the client's thread.
void not_this_thread() noexcept;
} // namespace dmid::bench
