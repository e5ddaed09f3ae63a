// SPDX-License-Identifier: Apache-2.0
#include "tool/man.hpp"

#include "base/ascii.hpp"
#include "tool/build_info.hpp"
#include "tool/globals.hpp"

namespace dmid::tool
{
namespace
{
/// Of this form of the pages, not of the build: the same sources give the same page.
constexpr std::string_view kDate = "2026-11-25";

/// Text that roff shows as it is: backslashes and hyphens escaped, characters beyond ASCII by their code
/// point, no line that begins like a request.
std::string plain(std::string_view text)
{
    std::string out;
    bool line_begins = true;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (line_begins && (byte == '.' || byte == '\''))
            out += "\\&";
        line_begins = byte == '\n';
        if (byte == '\\')
            out += "\\e";
        else if (byte == '-')
            out += "\\-";
        else if (byte < 0x80)
            out += static_cast<char>(byte);
        else
        {
            // Our own tables are well-formed UTF-8.
            const std::size_t more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
            unsigned point = byte & (0x3FU >> more);
            for (std::size_t k = 0; k < more && i + 1 < text.size(); ++k)
                point = (point << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3FU);
            char code[16];
            std::snprintf(code, sizeof code, "\\[u%04X]", point);
            out += code;
        }
    }
    return out;
}

void add_item(std::string& out, const std::string& tag, std::string_view help)
{
    out += ".TP\n" + tag + "\n" + (help.empty() ? "\\&" : plain(help)) + "\n";
}

std::string tag_of(const Option& option)
{
    auto out = "\\fB" + plain(option.name) + "\\fR";
    if (!option.value.empty())
        out += " \\fI" + plain(option.value) + "\\fR";
    return out + (option.many || option.greedy ? " ..." : "");
}

std::string synopsis_of(const Command& command)
{
    auto out = ".B " + plain("dmid " + std::string{command.path}) + "\n";
    for (const auto& argument : command.arguments)
    {
        const auto word = "\\fI" + plain(argument.name) + "\\fR" + (argument.many ? "..." : "");
        out += (argument.required ? word : "[" + word + "]") + "\n";
    }
    for (const auto& option : command.options)
        if (!option.hidden)
            out += "[" + tag_of(option) + "]\n";
    return out;
}

std::string head(std::string_view path, std::string_view summary)
{
    const auto upper = ascii_upper(man_name(path));
    return ".TH " + upper + " 1 " + std::string{kDate} + " \"dmid " + std::string{version()} +
           "\" \"User Commands\"\n.SH NAME\n" + plain(man_name(path)) + " \\- " + plain(summary) +
           "\n.SH SYNOPSIS\n";
}

void add_globals(std::string& out)
{
    for (const auto& row : global_rows())
    {
        auto tag = tag_of(row.option);
        if (!row.alias.empty())
            tag += ", \\fB" + plain(row.alias) + "\\fR";
        add_item(out, tag, row.option.help);
    }
}

constexpr std::string_view kExit =
    ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nA clear no: refused, not found, not "
    "proven.\n.TP\n2\nAsked wrongly.\n.TP\n3\nUnavailable; try again.\n";

std::string page_of_all(std::span<const Command> table)
{
    auto out = head("", "a number that you own, and that anyone can write to");
    out += ".B dmid\n.RI [ command ]\n.RI [ flags ]\n.SH DESCRIPTION\n";
    out += "Without a command it says where you are, and what to do next.\n.SH COMMANDS\n";
    for (const auto& command : table)
        if (!command.hidden)
            add_item(out, "\\fB" + plain("dmid " + std::string{command.path}) + "\\fR", command.summary);
    out += ".SH OPTIONS\n";
    add_globals(out);
    out += kExit;
    out += ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours, whatever its value.\n.TP\n"
           ".BR XDG_CONFIG_HOME \", \" XDG_DATA_HOME \", \" XDG_STATE_HOME\n"
           "Where config.toml, keys and state are without \\fB\\-\\-home\\fR.\n";
    out += ".SH SEE ALSO\n";
    std::string list;
    for (const auto& command : table)
        if (!command.hidden)
            list +=
                (list.empty() ? "" : ",\n") + std::string{".BR "} + plain(man_name(command.path)) + " (1)";
    return out + list + "\n";
}
} // namespace

std::string man_name(std::string_view path)
{
    auto out = path.empty() ? std::string{"dmid"} : "dmid-" + std::string{path};
    for (auto& c : out)
        if (c == ' ')
            c = '-';
    return out;
}

std::string man_page(std::span<const Command> table, std::string_view path)
{
    if (path.empty())
        return page_of_all(table);
    const auto* command = find_command(table, path);
    if (command == nullptr)
        return {};
    auto out = head(path, command->summary) + synopsis_of(*command);
    out += ".SH DESCRIPTION\n" + plain(command->summary) + ".\n";
    if (!command->details.empty())
        out += ".PP\n" + plain(command->details) + "\n";
    if (!command->arguments.empty())
        out += ".SH ARGUMENTS\n";
    for (const auto& argument : command->arguments)
        add_item(out, "\\fI" + plain(argument.name) + "\\fR" + (argument.many ? " ..." : ""), argument.help);
    out += ".SH OPTIONS\n";
    for (const auto& option : command->options)
        if (!option.hidden)
            add_item(out, tag_of(option), option.help);
    add_globals(out);
    return out + std::string{kExit} + ".SH SEE ALSO\n.BR dmid (1)\n";
}
} // namespace dmid::tool
