// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"

#include <functional>
#include <string>

namespace dmid::node
{
/// The node's log on standard error: a line `time level event key=value …`, or JSON. Thread-safe. A line that
/// repeats within ten seconds is counted, not written.
std::function<void(const std::string& line)> make_log(const config::Log& config);
} // namespace dmid::node
