// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dmid::tool
{
/// The flags that every command takes.
struct Globals
{
    std::string home;   ///< empty: by XDG
    std::string config; ///< empty: config.toml of the home
    std::string number; ///< as it was written; empty: not given
    std::string registry;
    std::string passphrase_file;
    std::optional<int> passphrase_fd;
    std::optional<std::uint64_t> chain_id;
    std::vector<std::string> rpc;
    bool json = false;
    bool yes = false;
    std::string color; ///< auto, always or never; empty: auto
    bool no_color = false;
    bool help = false;
};

/// One of them: how it is written, and where its value goes. Parser, help, completion and man pages read
/// this.
struct GlobalRow
{
    Option option;
    std::string_view alias = {}; ///< another way to write it
    std::variant<std::string Globals::*, bool Globals::*, std::vector<std::string> Globals::*,
                 std::optional<int> Globals::*, std::optional<std::uint64_t> Globals::*>
        member;
};
std::span<const GlobalRow> global_rows();

/// Where things are. Nothing is made by looking.
struct Paths
{
    std::filesystem::path home; ///< for people: the folder, or the one of the configuration
    std::filesystem::path config;
    std::filesystem::path keys;
    std::filesystem::path state;
};

/// With --home everything is under it: config.toml, keys, state. Else by XDG: config.toml under
/// $XDG_CONFIG_HOME/dmid, keys under $XDG_DATA_HOME/dmid, state $XDG_STATE_HOME/dmid.
/// input.usage without a home at all.
Result<Paths> find_paths(const Globals& globals);
} // namespace dmid::tool
