// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/invocation.hpp"

#include <boost/json/object.hpp>

namespace dmid::up
{
/// What `dmid up` was asked for, with the ports that a home was made with.
struct Plan
{
    std::filesystem::path folder; ///< <state>/up: snapshot, logs, passphrase, lock
    std::filesystem::path passphrase_file;
    std::filesystem::path config;
    std::uint16_t chain_port = 0;
    std::uint16_t node_port = 0;
    std::string registry; ///< empty until it is deployed
    std::string number;   ///< the first that is served; empty until there is one
    bool configured = false;
    std::string chain_url() const { return "http://127.0.0.1:" + std::to_string(chain_port); }
    std::string chain_ws_url() const { return "ws://127.0.0.1:" + std::to_string(chain_port); }
    std::string node_url() const { return "http://127.0.0.1:" + std::to_string(node_port); }
};

/// Reads what is there and makes the folders (0700). input.usage where the home is configured for something
/// else, or made with other ports than those that were asked for; input.passphrase where it has keys whose
/// passphrase is neither here nor named; config.*; input.file.
Result<Plan> make_plan(const tool::Invocation& call);

/// Runs another command of the program as a person would, on the plan's chain, with its keys; gives what it
/// said with --json. Its progress is shown as ours.
Result<boost::json::object> run_step(const tool::Invocation& call, const Plan& plan, std::string path,
                                     tool::Words words);

/// Draws a passphrase and makes the six keys, where the home has none. key.*, input.file.
Result<> make_keys(const tool::Invocation& call, const Plan& plan);

/// Writes config.toml for the registry and the number, and that of a visitor. input.file.
Result<> write_configs(const Plan& plan);
/// The home of a visitor, without keys or numbers: a program never writes to its own number.
std::filesystem::path visitor_of(const Plan& plan);
} // namespace dmid::up
