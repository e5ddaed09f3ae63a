// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace dmid::net
{
/// Kept free for everything that is no connection of the HTTP door: the mail door's (1000 by default, each
/// with the file of a message), stores, endpoints, relays, names, legs on their way.
inline constexpr std::size_t kReservedDescriptors = 2560;

/// Raises this process's soft limit of open files to its hard one, and says how many of `wanted` incoming
/// connections fit below it: at least one, `wanted` at most. Without this, connections that only wait could
/// take the descriptors that a delivery needs.
std::size_t room_for_connections(std::size_t wanted) noexcept;
} // namespace dmid::net
