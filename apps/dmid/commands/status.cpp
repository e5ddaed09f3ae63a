// SPDX-License-Identifier: Apache-2.0
#include "codec/json.hpp"
#include "commands/groups.hpp"
#include "commands/table.hpp"
#include "tool/build_info.hpp"
#include "tool/help.hpp"
#include "tool/node_client.hpp"
#include "tool/own_numbers.hpp"
#include "tool/self.hpp"
#include "tool/wire_text.hpp"

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

Result<proof::RegistryRef> registry_here(const Invocation& call)
{
    DMID_TRY(const auto config, call.config());
    return tool::registry_of(config.chain);
}

std::string numbers_text(const Invocation& call)
{
    std::string out;
    if (const auto registry = registry_here(call))
        if (const auto own = tool::own_numbers(call, {registry->chain_id, registry->registry}))
            for (const auto number : *own)
                out += (out.empty() ? "" : ", ") + number.in_fours();
    return out;
}

/// Looks at files and asks the node's socket, never a chain: it must be fast.
std::vector<Step> steps_of(const Invocation& call, bool running)
{
    const auto me = tool::self_call(call.globals());
    std::vector<Step> steps;
    const auto entries = keys::KeyDir{call.paths().keys}.list();
    const auto count = entries ? entries->size() : 0;
    steps.push_back({"keys", count == 0 ? "" : std::to_string(count) + " in " + call.paths().keys.string(),
                     me + " key new"});
    const auto registry = registry_here(call);
    steps.push_back(
        {"registry",
         registry ? to_hex0x(registry->registry.view()) + " on chain " + std::to_string(registry->chain_id)
                  : "",
         "[chain] registry in " + call.paths().config.string() + " (`" + me + " config sample`)"});
    steps.push_back({"number", numbers_text(call), me + " mint, then " + me + " publish"});
    std::error_code error;
    const bool local = std::filesystem::exists(call.paths().state / "up" / "chain.gz", error);
    steps.push_back({"node", running ? "running" : "", me + (local ? " up" : " node")});
    return steps;
}

/// How many requests wait on the node, of all numbers.
std::int64_t requests_of(const boost::json::value& node)
{
    std::int64_t out = 0;
    for (const auto& number : tool::list_of(node, "numbers"))
        if (const auto count = codec::JsonItem(number, "").optional("requests"))
            out += count->integer().value_or(0);
    return out;
}

/// The block that the node reads in, and how far it is to be believed.
std::string chain_words(const Invocation& call, const boost::json::value& chain)
{
    const codec::JsonItem item{chain, "chain"};
    const auto integer = [](const codec::JsonItem& of, std::string_view key)
    {
        const auto found = of.optional(key);
        return found ? found->integer().value_or(0) : 0;
    };
    const auto block = item.optional("block");
    if (!block)
        return call.out().shade(tool::Shade::bad,
                                "no block is agreed on: " + tool::text_of(chain, "problem"));
    auto words = "block " + std::to_string(integer(*block, "number")) + ", " +
                 tool::span_text(integer(item, "age")) + " old, " + tool::text_of(chain, "finality") + ", " +
                 tool::text_of(chain, "tier");
    const auto stale = item.optional("stale");
    if (stale && stale->boolean().value_or(true))
        words = call.out().shade(tool::Shade::bad, words + ", STALE");
    return words;
}

std::string next_of(const Invocation& call, const std::vector<Step>& steps,
                    const std::optional<boost::json::value>& node)
{
    for (const auto& step : steps)
        if (step.found.empty())
            return step.next;
    const auto me = tool::self_call(call.globals());
    if (node && !tool::list_of(*node, "alarms").empty())
        return me + " doctor";
    if (node && requests_of(*node) > 0)
        return me + " inbox --requests";
    return {};
}

Result<> show_status(const Invocation& call)
{
    std::optional<boost::json::value> node;
    if (const auto client = tool::NodeClient::make(call))
        if (auto answer = client->get("/v1/node"))
            node = std::move(*answer);
    const auto steps = steps_of(call, node.has_value());
    const auto next = next_of(call, steps, node);
    boost::json::object json{{"home", call.paths().home.string()}};
    tool::Table rows;
    rows.row({"home", call.paths().home.string()});
    for (const auto& step : steps)
    {
        json[step.what] = step.found.empty() ? boost::json::value{} : boost::json::value(step.found);
        rows.row({step.what, step.found.empty() ? call.out().shade(tool::Shade::bad, "none") : step.found});
    }
    if (node)
    {
        const auto chain = tool::member_of(*node, "chain");
        json["chain"] = chain;
        rows.row({"chain", chain_words(call, chain)});
        const auto alarms = tool::list_of(*node, "alarms").size();
        json["requests"] = requests_of(*node);
        json["alarms"] = alarms;
        rows.row({"requests", std::to_string(requests_of(*node)) + " waiting"});
        if (alarms > 0)
            rows.row({"alarms", call.out().shade(tool::Shade::bad, std::to_string(alarms))});
    }
    json["next"] = next.empty() ? boost::json::value{} : boost::json::value(next);
    call.out().value(json);
    call.out().table(rows);
    const auto me = tool::self_call(call.globals());
    call.out().line(
        "\nnext: " +
        (next.empty() ? me + " inbox, " + me + " send TO TEXT, " + me + " bind CHANNEL ADDRESS" : next) +
        "  (`dmid help` lists everything)");
    if (steps.front().found.empty())
        call.out().line("or:   " + me + " up, which does all of it on a chain of this machine");
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
