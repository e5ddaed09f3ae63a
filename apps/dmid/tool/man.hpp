// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <string>

namespace dmid::tool
{
/// The man page (roff, man(7)) of one command, or with an empty path that of the program: `dmid(1)`,
/// `dmid-key-new(1)`. Empty where there is no such command. Made from the same tables as parser and help.
std::string man_page(std::span<const Command> table, std::string_view path);
/// `dmid-key-new`
std::string man_name(std::string_view path);
} // namespace dmid::tool
