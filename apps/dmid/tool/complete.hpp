// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <functional>
#include <string>

namespace dmid::tool
{
/// What may stand at the cursor.
struct Completion
{
    enum class Files : std::uint8_t
    {
        none,
        files,
        folders,
    };
    struct Word
    {
        std::string text;
        std::string help;
    };
    std::vector<Word> words;
    Files files = Files::none; ///< the shell completes paths as well
};

/// The values of a kind (`NUMBER`, `LABEL`, `CHANNEL` …, as help writes them) that are known in the home that
/// the words before the cursor name.
using KnownValues = std::function<std::vector<Completion::Word>(std::string_view kind)>;

/// Completes the last of `words` (it may be empty), those of the command line behind `dmid`. From the table
/// of commands and that of the global flags, the same that the parser reads. Only what begins as the last
/// word.
Completion complete(std::span<const Command> table, const std::vector<std::string>& words,
                    const KnownValues& known);

/// The script that teaches a shell (bash, zsh, fish) to ask `dmid complete`; empty for another shell.
std::string_view completion_script(std::string_view shell) noexcept;
} // namespace dmid::tool
