// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <chrono>
#include <vector>

namespace dmid::node
{
/// Whether something that is posted to each of these is run within the time: none of their threads hangs.
/// Blocks for as long; not on one of them.
bool all_respond(const std::vector<net::Executor>& executors, std::chrono::microseconds within);
} // namespace dmid::node
