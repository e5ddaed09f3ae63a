// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <string>

namespace dmid::tool
{
/// Every command with its summary, then the global flags.
std::string help_of_all(std::span<const Command> table);
/// One command, or the commands of a group; empty where there is no such thing.
std::string help_of(std::span<const Command> table, std::string_view path);
/// `dmid bind CHANNEL ADDRESS [--label L]`
std::string usage_of(const Command& command);
} // namespace dmid::tool
