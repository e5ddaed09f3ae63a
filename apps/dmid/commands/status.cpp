// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "commands/table.hpp"
#include "tool/build_info.hpp"
#include "tool/help.hpp"
#include "tool/invocation.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

Result<> show_help(const Invocation& call)
{
    std::string path;
    for (const auto& word : call.words("COMMAND"))
        path += (path.empty() ? "" : " ") + word;
    auto text = path.empty() ? tool::help_of_all(table()) : tool::help_of(table(), path);
    if (text.empty())
        return fail(Errc::input_usage, "there is no command `" + path + "`");
    call.out().value({{"help", text}});
    call.out().line(text.substr(0, text.size() - 1));
    return {};
}

Result<> show_version(const Invocation& call)
{
    const auto hash = to_hex0x(tool::registry_code_hash().view());
    call.out().value({{"version", tool::version()}, {"registry_code_hash", hash}});
    call.out().line("dmid " + std::string{tool::version()});
    call.out().line("registry code " + hash);
    return {};
}
} // namespace

Rows status_commands()
{
    return {
        {"help", "Help on all commands, or on one", {{"COMMAND", "its words", false, true}}, {}, show_help},
        {"version", "The version of this program", {}, {}, show_version}};
}
} // namespace dmid::commands
