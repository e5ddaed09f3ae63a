// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"
#include "tool/globals.hpp"

#include <map>
#include <string>

namespace dmid::tool
{
/// What was written on the command line, by name: `FILE`, `--label`. A flag has an empty list of values.
using Words = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Parsed
{
    Globals globals;
    std::string path; ///< of the command; empty: none was named
    Words words;
};

/// Reads the command line. Global flags may stand anywhere. input.usage for what is not understood; the
/// globals are then as far as they could be read (so that --json is obeyed in the answer).
/// Commands that are only groups, and missing arguments, are left to the caller: --help may stand there.
Result<> parse_command_line(std::span<const Command> table, std::vector<std::string> words, Parsed& out);

/// input.usage, naming the first required argument that is missing.
Result<> check_arguments(const Command& command, const Parsed& parsed);
} // namespace dmid::tool
