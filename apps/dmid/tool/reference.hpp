// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <string>

namespace dmid::tool
{
/// The page docs/commands.md: every command with its form, words and flags. Made from the same table as
/// parser, help, completion and man pages.
std::string reference_markdown(std::span<const Command> table);
} // namespace dmid::tool
