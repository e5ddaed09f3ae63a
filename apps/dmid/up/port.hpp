// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <chrono>

namespace dmid::up
{
/// Waits until a port of 127.0.0.1 can be bound: one that was just killed may hold it for a moment. net.bind.
Result<> wait_for_port(std::uint16_t port, std::chrono::milliseconds patience);
} // namespace dmid::up
