// SPDX-License-Identifier: Apache-2.0
#include "tool/run.hpp"

#include "crypto/secp256k1.hpp"
#include "keys/random.hpp"
#include "tool/help.hpp"
#include "tool/invocation.hpp"

namespace dmid::tool
{
namespace
{
int report(Output& out, const Error& error, std::string_view next = {})
{
    out.problem(error, next);
    return exit_status(error.code);
}

/// What helps after a wrong call: the form of the command, as far as one was named.
std::string form_of(std::span<const Command> table, std::string_view path)
{
    if (const auto* command = find_command(table, path))
        return usage_of(*command) + "; `dmid help " + std::string{path} + "` says more.";
    if (!path.empty() && is_group(table, path))
        return "`dmid help " + std::string{path} + "` lists them.";
    return {};
}

Colour colour_of(const Globals& globals)
{
    if (globals.no_color || globals.color == "never")
        return Colour::never;
    return globals.color == "always" ? Colour::always : Colour::automatic;
}

int show_help(Output& out, std::span<const Command> table, std::string_view path)
{
    auto text = path.empty() ? help_of_all(table) : help_of(table, path);
    if (out.json())
        out.value({{"help", text}});
    out.line(text.substr(0, text.size() - 1));
    return 0;
}
} // namespace

int run(std::span<const Command> table, std::vector<std::string> words)
{
    Parsed parsed;
    const auto understood = parse_command_line(table, std::move(words), parsed);
    Output out{parsed.globals.json, colour_of(parsed.globals)};
    if (!understood)
        return report(out, understood.error(), form_of(table, parsed.path));
    if (parsed.globals.help)
        return show_help(out, table, parsed.path);

    const auto* command = find_command(table, parsed.path.empty() ? "status" : parsed.path);
    if (command == nullptr)
    {
        std::fputs(help_of(table, parsed.path).c_str(), stderr);
        return report(out,
                      Error{Errc::input_usage, parsed.path.empty()
                                                   ? "no command was named"
                                                   : "`" + parsed.path + "` needs one of these"},
                      form_of(table, parsed.path));
    }
    if (const auto complete = check_arguments(*command, parsed); !complete)
        return report(out, complete.error(), form_of(table, parsed.path));
    const auto paths = find_paths(parsed.globals);
    if (!paths)
        return report(out, paths.error());

    crypto::randomise(keys::random_secret());
    const Invocation call{std::move(parsed), *paths, out};
    if (command->run_itself != nullptr)
        return command->run_itself(call);
    const auto done = command->run(call);
    return done ? 0 : report(out, done.error());
}
} // namespace dmid::tool
