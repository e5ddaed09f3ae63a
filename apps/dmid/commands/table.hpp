// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <span>

namespace dmid::commands
{
/// Every command of the program, in the order of `dmid help`.
std::span<const tool::Command> table();
} // namespace dmid::commands
