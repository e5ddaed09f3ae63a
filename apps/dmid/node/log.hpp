// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"

#include <functional>
#include <string>

namespace dmid::node
{
/// The node's log on standard error: a line `time level event key=value …`, or JSON. Nothing is kept open but
/// standard error, so that whoever collects it may rotate as it likes. A line that repeats within ten seconds
/// is counted, not written. All three are thread-safe.
struct Log
{
    std::function<void(const std::string& line)> write; ///< at level info
    std::function<void(const std::string& line)> warn;
    std::function<void(const std::string& level)> set_level; ///< debug, info, warn or error
};
Log make_log(const config::Log& config);
} // namespace dmid::node
