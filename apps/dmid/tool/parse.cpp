// SPDX-License-Identifier: Apache-2.0
#include "tool/parse.hpp"

#include "model/nearest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <deque>

namespace dmid::tool
{
namespace
{
/// The values of one option or argument while CLI11 fills them.
struct Slot
{
    const CLI::App* app = nullptr;
    const CLI::Option* option = nullptr;
    std::string name;
    std::vector<std::string> values;
    bool given = false;
};
using Slots = std::deque<Slot>; // addresses stay

void add_globals(CLI::App& app, Globals& globals)
{
    for (const auto& row : global_rows())
    {
        auto name = std::string{row.option.name};
        if (!row.alias.empty())
            (name += ',') += row.alias;
        std::visit(
            [&](auto member)
            {
                auto& value = globals.*member;
                using Value = std::remove_reference_t<decltype(value)>;
                if constexpr (std::is_same_v<Value, bool>)
                    app.add_flag(name, value);
                else
                    app.add_option(name, value)->allow_extra_args(false);
            },
            row.member);
    }
}

void add_command(CLI::App& app, const Command& command, Slots& slots)
{
    for (const auto& option : command.options)
    {
        auto& slot = slots.emplace_back();
        slot.app = &app;
        slot.name = option.name;
        const std::string name{option.name};
        if (option.value.empty())
            slot.option = app.add_flag(name, slot.given);
        else if (option.many || option.greedy)
            slot.option = app.add_option(name, slot.values)->allow_extra_args(option.greedy);
        else
            slot.option = app.add_option(name, slot.values)->expected(1);
    }
    for (const auto& argument : command.arguments)
    {
        auto& slot = slots.emplace_back();
        slot.app = &app;
        slot.name = argument.name;
        auto* option = app.add_option(slot.name, slot.values);
        // Without this a vector takes every word that follows.
        option->expected(argument.many ? 0 : 1, argument.many ? 1 << 16 : 1)->allow_extra_args(argument.many);
        slot.option = option;
    }
}

/// The app of a path; groups are made on the way.
CLI::App& app_of(CLI::App& root, std::map<std::string, CLI::App*>& known, Globals& globals,
                 std::string_view path)
{
    auto* app = &root;
    for (std::size_t end = 0; end < path.size(); ++end)
    {
        const auto begin = end;
        end = std::min(path.find(' ', begin), path.size());
        auto& next = known[std::string{path.substr(0, end)}];
        if (next == nullptr)
        {
            next = app->add_subcommand(std::string{path.substr(begin, end - begin)});
            next->set_help_flag();
            next->require_subcommand(0, 1); // a second one is a word like any other
            // On every level, in place of CLI11's fallthrough: that would take `send TO show` for `show`.
            add_globals(*next, globals);
        }
        app = next;
    }
    return *app;
}

/// What CLI11 says; where the command itself is unknown, the one that was most likely meant.
std::string usage_words(std::span<const Command> table, const std::vector<std::string>& words,
                        std::string said)
{
    const auto first = std::find_if(words.begin(), words.end(),
                                    [&](const std::string& word) {
                                        return !word.starts_with('-') && said.find(word) != std::string::npos;
                                    });
    std::vector<std::string_view> names;
    for (const auto& command : table)
        names.push_back(command.path.substr(0, command.path.find(' ')));
    if (first == words.end() || std::find(names.begin(), names.end(), *first) != names.end())
        return said;
    return "there is no command " + model::did_you_mean(*first, names);
}

void read_back(const CLI::App& root, const Slots& slots, Parsed& out)
{
    const auto* chosen = &root;
    while (!chosen->get_subcommands().empty())
    {
        chosen = chosen->get_subcommands().front();
        out.path += (out.path.empty() ? "" : " ") + chosen->get_name();
    }
    for (const auto& slot : slots)
        if (slot.app == chosen && slot.option->count() > 0)
            out.words[slot.name] = slot.values;
}
/// The words behind `--`, to the arguments that are left.
Result<> add_tail(std::span<const Command> table, const std::vector<std::string>& tail, Parsed& out)
{
    auto next = tail.begin();
    if (const auto* command = find_command(table, out.path))
        for (const auto& argument : command->arguments)
            while (next != tail.end() && (argument.many || !out.words.contains(argument.name)))
                out.words[std::string{argument.name}].push_back(*next++);
    if (next != tail.end())
        return fail(Errc::input_usage, "not expected: " + *next);
    return {};
}
} // namespace

Result<> parse_command_line(std::span<const Command> table, std::vector<std::string> words, Parsed& out)
{
    const auto given = words; // CLI11 eats what it reads
    // What stands behind `--` is never an option; CLI11 takes it for a word of the program, not of the
    // command.
    const auto mark = std::find(words.begin(), words.end(), "--");
    const std::vector<std::string> tail(mark == words.end() ? mark : mark + 1, words.end());
    words.erase(mark, words.end());
    try
    {
        CLI::App root;
        Slots slots;
        std::map<std::string, CLI::App*> known;
        root.set_help_flag();
        root.require_subcommand(0, 1);
        add_globals(root, out.globals);
        for (const auto& command : table)
            add_command(app_of(root, known, out.globals, command.path), command, slots);
        std::reverse(words.begin(), words.end()); // CLI11 takes them from the back
        try
        {
            root.parse(words);
        }
        catch (const CLI::ParseError& error)
        {
            out.globals.json =
                out.globals.json || std::find(given.begin(), given.end(), "--json") != given.end();
            const bool named = !root.get_subcommands().empty();
            Slots none;
            read_back(root, none, out); // whose form is to be shown
            return fail(Errc::input_usage,
                        named ? std::string{error.what()} : usage_words(table, given, error.what()));
        }
        read_back(root, slots, out);
        DMID_TRY(add_tail(table, tail, out));
    }
    catch (const std::exception& error)
    {
        return fail(Errc::internal_bug, error.what());
    }
    const auto& color = out.globals.color;
    if (!color.empty() && color != "auto" && color != "always" && color != "never")
        return fail(Errc::input_usage, "--color is auto, always or never");
    return {};
}

Result<> check_arguments(const Command& command, const Parsed& parsed)
{
    for (const auto& argument : command.arguments)
        if (argument.required && !parsed.words.contains(argument.name))
            return fail(Errc::input_usage, "`" + std::string{command.path} + "` needs " +
                                               std::string{argument.name} + ": " +
                                               std::string{argument.help});
    return {};
}
} // namespace dmid::tool
