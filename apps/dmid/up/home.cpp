// SPDX-License-Identifier: Apache-2.0
#include "up/home.hpp"

#include "chain/owner_actions.hpp"
#include "codec/json.hpp"
#include "commands/table.hpp"
#include "keys/files.hpp"
#include "keys/key_dir.hpp"
#include "keys/random.hpp"
#include "tool/chain_session.hpp"
#include "up/local_chain.hpp"

#include <charconv>
#include <cstring>

namespace dmid::up
{
namespace fs = std::filesystem;
using tool::Invocation;
namespace
{
/// The first line of the configurations that `up` made: only those does it take for its own.
constexpr std::string_view kMark = "# Made by `dmid up`.";
constexpr std::uint16_t kChainPort = 8545;
constexpr std::uint16_t kNodePort = 8383;

Result<> make_private_folder(const fs::path& path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (!error)
        fs::permissions(path, fs::perms::owner_all, error);
    if (error)
        return fail(Errc::input_file, path.string() + ": " + error.message());
    return {};
}

std::uint16_t port_of(std::string_view address)
{
    std::uint16_t port = 0;
    const auto colon = address.rfind(':');
    if (colon != std::string_view::npos)
        std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    return port;
}

/// A text as TOML writes it.
std::string toml_text(std::string_view text)
{
    std::string out{'"'};
    for (const char c : text)
        (out += c == '"' || c == '\\' ? "\\" : "") += c;
    return out + "\"";
}

/// A port that was asked for; it must be the one that the home was made with.
Result<> take_port(const Invocation& call, std::string_view flag, bool fixed, std::uint16_t& port)
{
    DMID_TRY(const auto asked, call.count(flag, 65535));
    if (!asked)
        return {};
    if (*asked == 0)
        return fail(Errc::input_usage, std::string{flag} + " is a port, 1 to 65535");
    if (fixed && *asked != port)
        return fail(Errc::input_usage, "this home was made with " + std::string{flag} + " " +
                                           std::to_string(port) +
                                           ", which its document names; another --home takes other ports");
    port = static_cast<std::uint16_t>(*asked);
    return {};
}

Result<> read_config(const Invocation& call, Plan& plan)
{
    std::error_code error;
    if (!fs::exists(plan.config, error))
        return {};
    DMID_TRY(const auto text, tool::read_input(plan.config.string(), 256U * 1024U));
    if (!text.starts_with(kMark))
        return fail(Errc::input_usage, plan.config.string() +
                                           " was not made by `dmid up`: `dmid node` runs that home, and "
                                           "`dmid up --home DIR` makes another");
    DMID_TRY(const auto config, call.config());
    if (config.chain.endpoints.size() != 1 || config.chain.id != chain::kLocalChain || config.numbers.empty())
        return fail(Errc::input_usage,
                    plan.config.string() +
                        " is no longer as `dmid up` made it: one local endpoint, a number");
    plan.configured = true;
    plan.chain_port = port_of(config.chain.endpoints.front().url);
    plan.node_port = port_of(config.node.listen);
    plan.registry = config.chain.registry;
    plan.number = config.numbers.front().number;
    return {};
}

Result<> find_passphrase(const Invocation& call, Plan& plan)
{
    plan.passphrase_file = plan.folder / "passphrase";
    if (!call.globals().passphrase_file.empty())
        plan.passphrase_file = fs::absolute(call.globals().passphrase_file);
    DMID_TRY(const auto entries, keys::KeyDir{call.paths().keys}.list());
    std::error_code error;
    if (!entries.empty() && !fs::exists(plan.passphrase_file, error))
        return fail(Errc::input_passphrase, "this home has keys, and their passphrase is not here: name it "
                                            "with --passphrase-file, or take another --home");
    return {};
}
} // namespace

Result<Plan> make_plan(const Invocation& call)
{
    if (!call.globals().rpc.empty() || !call.globals().registry.empty() || call.globals().chain_id)
        return fail(Errc::input_usage, "`up` has a chain and a registry of its own: no --rpc, --registry, "
                                       "--chain-id");
    Plan plan;
    plan.folder = call.paths().state / "up";
    plan.config = call.paths().config;
    plan.chain_port = kChainPort;
    plan.node_port = kNodePort;
    DMID_TRY(read_config(call, plan));
    DMID_TRY(take_port(call, "--chain-port", plan.configured, plan.chain_port));
    DMID_TRY(take_port(call, "--node-port", plan.configured, plan.node_port));
    DMID_TRY(find_passphrase(call, plan));
    for (const auto& folder : {plan.config.parent_path(), call.paths().state, plan.folder})
    {
        DMID_TRY(make_private_folder(folder));
    }
    return plan;
}

Result<boost::json::object> run_step(const Invocation& call, const Plan& plan, std::string path,
                                     tool::Words words)
{
    const auto* command = tool::find_command(commands::table(), path);
    if (command == nullptr || command->run == nullptr)
        return fail(Errc::internal_bug, "no command " + path);
    tool::Parsed parsed;
    parsed.globals = call.globals();
    parsed.globals.json = true;
    parsed.globals.yes = true;
    parsed.globals.passphrase_file = plan.passphrase_file.string();
    parsed.globals.passphrase_fd.reset();
    parsed.globals.chain_id = chain::kLocalChain;
    parsed.globals.rpc = {plan.chain_url()};
    parsed.globals.registry = plan.registry;
    parsed.globals.number = plan.number;
    parsed.path = std::move(path);
    parsed.words = std::move(words);

    char* said = nullptr;
    std::size_t size = 0;
    std::FILE* memory = ::open_memstream(&said, &size);
    if (memory == nullptr)
        return fail(Errc::internal_bug, "open_memstream");
    Result<> done;
    {
        tool::Output out{true, call.out().colour(), memory, stderr};
        done = command->run(Invocation{std::move(parsed), call.paths(), out});
    }
    std::fclose(memory);
    const std::string text{said, size};
    std::free(said);
    DMID_TRY(std::move(done));
    DMID_TRY(auto value, codec::parse_json(text));
    if (!value.is_object())
        return fail(Errc::internal_bug, command->path.data());
    return std::move(value.as_object());
}

Result<> make_keys(const Invocation& call, const Plan& plan)
{
    DMID_TRY(const auto entries, keys::KeyDir{call.paths().keys}.list());
    if (plan.configured || entries.size() >= keys::kAllRoles.size())
        return {}; // one that is missing later was moved away on purpose
    std::error_code error;
    if (!fs::exists(plan.passphrase_file, error))
    {
        const auto text = to_hex(keys::random_bytes(20)) + "\n";
        DMID_TRY(keys::write_new_private_file(plan.passphrase_file, text));
    }
    tool::Words words;
    // 160 random bits need no stretching; a person's own passphrase does.
    if (call.globals().passphrase_file.empty())
        words["--light"] = {};
    DMID_TRY(run_step(call, plan, "key new", std::move(words)));
    return {};
}

namespace
{
/// What everybody on this chain has in the configuration.
std::string common_config(const Plan& plan)
{
    std::string text{kMark};
    text += " A rehearsal: its chain is this machine's, and nobody else's.\n"
            "# `dmid config sample` shows every setting; keep the chain, the registry and the ports.\n";
    text += "\n[chain]\nid = " + std::to_string(chain::kLocalChain) +
            "\nregistry = " + toml_text(plan.registry) + "\n";
    text += "\n[[chain.endpoint]]\nlabel = \"local\"\nurl = " + toml_text(plan.chain_url()) +
            "\nws_url = " + toml_text(plan.chain_ws_url()) + "\n";
    // Loopback is not dialled for others, except where it is named.
    text += "\n[node]\nallow = [" + toml_text("127.0.0.1:" + std::to_string(plan.node_port)) + "]\n";
    return text;
}
} // namespace

std::filesystem::path visitor_of(const Plan& plan)
{
    return plan.folder / "visitor";
}

Result<> write_configs(const Plan& plan)
{
    DMID_TRY(make_private_folder(visitor_of(plan)));
    DMID_TRY(keys::replace_private_file(visitor_of(plan) / "config.toml", common_config(plan)));
    auto text = common_config(plan);
    text += "listen = " + toml_text("127.0.0.1:" + std::to_string(plan.node_port)) +
            "\nurl = " + toml_text(plan.node_url()) + "\n";
    text += "\n[[number]]\nnumber = " + toml_text(plan.number) +
            "\npassphrase_file = " + toml_text(plan.passphrase_file.string()) + "\n";
    return keys::replace_private_file(plan.config, text);
}
} // namespace dmid::up
