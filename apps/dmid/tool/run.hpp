// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <string>
#include <vector>

namespace dmid::tool
{
/// The whole program: parses the words behind the program's name, runs the command, reports, and gives the
/// exit status: 0 done, 1 a clear no, 2 wrong usage, 3 unavailable.
int run(std::span<const Command> table, std::vector<std::string> words);
} // namespace dmid::tool
