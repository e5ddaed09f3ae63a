// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace dmid::tool
{
class Invocation;

/// A word of a command that stands by its place.
struct Argument
{
    std::string_view name; ///< as help writes it: `FILE`
    std::string_view help;
    bool required = true;
    bool many = false; ///< takes all words that are left; the last argument only
};

/// A word of a command that stands by its name.
struct Option
{
    std::string_view name;  ///< `--label`
    std::string_view value; ///< what follows it, as help writes it; empty: a flag
    std::string_view help;
    bool many = false;   ///< may be given more than once
    bool greedy = false; ///< takes every word behind it
    bool hidden = false; ///< for tests: help does not show it
};

/// One row of the command table; commands/table.cpp holds it whole.
struct Command
{
    std::string_view path; ///< `key new`
    std::string_view summary;
    std::vector<Argument> arguments;
    std::vector<Option> options;
    Result<> (*run)(const Invocation&) = nullptr;
    /// In place of `run`, where the command reports for itself; gives the exit status.
    int (*run_itself)(const Invocation&) = nullptr;
    std::string_view details = {}; ///< further sentences of help
    bool hidden = false;           ///< for programs: help does not show it
};

/// The command of that path; nullptr where there is none.
const Command* find_command(std::span<const Command> table, std::string_view path);
/// True for `key`, where `key new` exists.
bool is_group(std::span<const Command> table, std::string_view path);
} // namespace dmid::tool
