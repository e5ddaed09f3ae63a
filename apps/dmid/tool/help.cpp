// SPDX-License-Identifier: Apache-2.0
#include "tool/help.hpp"

#include "tool/globals.hpp"
#include "tool/output.hpp"

namespace dmid::tool
{
namespace
{
std::string word_of(const Argument& argument)
{
    const auto word = std::string{argument.name} + (argument.many ? "…" : "");
    return argument.required ? word : "[" + word + "]";
}

std::string word_of(const Option& option)
{
    auto word = std::string{option.name};
    if (!option.value.empty())
        (word += " ") += option.value;
    if (option.many || option.greedy)
        word += "…";
    return word;
}

std::string help_of_globals()
{
    Table rows;
    for (const auto& row : global_rows())
        rows.row({"  " + word_of(row.option), std::string{row.option.help}});
    return "Flags of every command:\n" + rows.to_text() +
           "\nExit status: 0 done, 1 a clear no, 2 asked wrongly, 3 unavailable (try again).\n";
}

} // namespace

std::string usage_of(const Command& command)
{
    auto out = "dmid " + std::string{command.path};
    for (const auto& argument : command.arguments)
        out += " " + word_of(argument);
    for (const auto& option : command.options)
        if (!option.hidden)
            out += " [" + word_of(option) + "]";
    return out;
}

std::string help_of_all(std::span<const Command> table)
{
    Table rows;
    for (const auto& command : table)
        if (!command.hidden)
            rows.row({"  dmid " + std::string{command.path}, std::string{command.summary}});
    return "DMID: a number that you own, and that anyone can write to.\n\n" + rows.to_text() + "\n" +
           "`dmid help COMMAND` says more. " + "Without a command: where you are, and what to do next.\n\n" +
           help_of_globals();
}

std::string help_of(std::span<const Command> table, std::string_view path)
{
    std::string out;
    if (const auto* command = find_command(table, path))
    {
        out = usage_of(*command) + "\n\n" + std::string{command->summary} + "\n";
        if (!command->details.empty())
            out += std::string{command->details} + "\n";
        Table rows;
        for (const auto& argument : command->arguments)
            rows.row({"  " + std::string{argument.name}, std::string{argument.help}});
        for (const auto& option : command->options)
            if (!option.hidden)
                rows.row({"  " + word_of(option), std::string{option.help}});
        if (!rows.empty())
            out += "\n" + rows.to_text();
    }
    Table children;
    for (const auto& command : table)
        if (command.path.size() > path.size() && command.path.starts_with(path) &&
            command.path[path.size()] == ' ')
            children.row({"  dmid " + std::string{command.path}, std::string{command.summary}});
    if (!children.empty())
        out += (out.empty() ? "" : "\n") + children.to_text();
    return out;
}
} // namespace dmid::tool
