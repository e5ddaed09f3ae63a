// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "commands/table.hpp"
#include "tool/build_info.hpp"
#include "tool/help.hpp"
#include "tool/node_client.hpp"
#include "tool/own_numbers.hpp"

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

/// One step of the way to a reachable number, and whether it is done.
struct Step
{
    std::string what;
    std::string found; ///< empty: to be done
    std::string next;  ///< the command that does it
};

std::vector<Step> steps_of(const Invocation& call)
{
    std::vector<Step> steps;
    const auto entries = keys::KeyDir{call.paths().keys}.list();
    const auto count = entries ? entries->size() : 0;
    steps.push_back({"keys", count == 0 ? "" : std::to_string(count) + " in " + call.paths().keys.string(),
                     "dmid key new"});
    const auto config = call.config();
    const auto registry = config && !config->chain.registry.empty()
                              ? tool::registry_of(config->chain)
                              : Result<proof::RegistryRef>{fail(Errc::config_missing)};
    steps.push_back(
        {"registry",
         registry ? to_hex0x(registry->registry.view()) + " on chain " + std::to_string(registry->chain_id)
                  : "",
         "[chain] registry in " + call.paths().config.string() + " (`dmid config sample`)"});
    std::string numbers;
    if (registry)
        if (const auto own = tool::own_numbers(call, {registry->chain_id, registry->registry}))
            for (const auto number : *own)
                numbers += (numbers.empty() ? "" : ", ") + number.in_fours();
    steps.push_back({"number", numbers, "dmid mint, then dmid publish"});
    const auto node = tool::NodeClient::make(call);
    const bool running = node && node->running();
    steps.push_back({"node", running ? "running at " + node->socket() : "", "dmid node"});
    return steps;
}

Result<> show_status(const Invocation& call)
{
    const auto steps = steps_of(call);
    boost::json::object json{{"home", call.paths().home.string()}, {"next", nullptr}};
    tool::Table rows;
    rows.row({"home", call.paths().home.string()});
    std::string next;
    for (const auto& step : steps)
    {
        json[step.what] = step.found.empty() ? boost::json::value{} : boost::json::value(step.found);
        rows.row({step.what, step.found.empty() ? call.out().shade(tool::Shade::bad, "none") : step.found});
        if (step.found.empty() && next.empty())
            next = step.next;
    }
    if (!next.empty())
        json["next"] = next;
    call.out().value(json);
    call.out().table(rows);
    call.out().line(
        "\nnext: " + (next.empty() ? "dmid inbox, dmid send TO TEXT, dmid bind CHANNEL ADDRESS" : next) +
        "  (`dmid help` lists everything)");
    if (const auto config = call.config(); !config)
        return tl::unexpected<Error>(config.error());
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
        {"status", "Where you are, and what to do next; so does `dmid` alone", {}, {}, show_status},
        {"help", "Help on all commands, or on one", {{"COMMAND", "its words", false, true}}, {}, show_help},
        {"version", "The version of this program", {}, {}, show_version}};
}
} // namespace dmid::commands
