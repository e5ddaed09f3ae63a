// SPDX-License-Identifier: Apache-2.0
#include "tool/reference.hpp"

#include "tool/globals.hpp"
#include "tool/help.hpp"

namespace dmid::tool
{
namespace
{
/// A cell of a table: no bars that end it, no line breaks.
std::string cell(std::string_view text)
{
    std::string out;
    for (const char c : text)
        (out += c == '|' ? "\\" : "") += c == '\n' ? ' ' : c;
    return out;
}

std::string code(std::string_view text)
{
    return "`" + cell(text) + "`";
}

/// What stands in running text: `<` would begin a tag.
std::string prose(std::string_view text)
{
    std::string out;
    bool quoted = false;
    for (const char c : text)
    {
        quoted = quoted != (c == '`');
        if (c == '<' && !quoted)
            out += "&lt;";
        else
            out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string name_of(const Option& option, std::string_view alias = {})
{
    auto word = std::string{option.name};
    if (!option.value.empty())
        (word += " ") += option.value;
    auto out = code(word + (option.many || option.greedy ? "…" : ""));
    return alias.empty() ? out : out + ", " + code(alias);
}

void add_command(std::string& out, const Command& command)
{
    out += "\n## dmid " + std::string{command.path} + "\n\n```\n" + usage_of(command) + "\n```\n\n" +
           prose(command.summary) + ".\n";
    if (!command.details.empty())
        out += "\n" + prose(command.details) + "\n";
    std::string rows;
    for (const auto& argument : command.arguments)
        rows += "| " + code(argument.name) + " | " + prose(cell(argument.help)) + " |\n";
    for (const auto& option : command.options)
        if (!option.hidden)
            rows += "| " + name_of(option) + " | " + prose(cell(option.help)) + " |\n";
    if (!rows.empty())
        out += "\n| word | meaning |\n|---|---|\n" + rows;
}
} // namespace

std::string reference_markdown(std::span<const Command> table)
{
    std::string out =
        "# Commands\n\nMade by `dmid man --markdown` from the table of commands; do not edit. "
        "[cli.md](cli.md) goes from nothing to a\nnumber that receives mail. `dmid help COMMAND` and the man "
        "pages say the same as this page.\n\n| flag of every command | meaning |\n|---|---|\n";
    for (const auto& row : global_rows())
        out += "| " + name_of(row.option, row.alias) + " | " + prose(cell(row.option.help)) + " |\n";
    out += "\nExit status: 0 done, 1 a clear no, 2 asked wrongly, 3 unavailable (try again).\n";
    for (const auto& command : table)
        if (!command.hidden)
            add_command(out, command);
    return out;
}
} // namespace dmid::tool
