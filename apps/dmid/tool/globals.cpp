// SPDX-License-Identifier: Apache-2.0
#include "tool/globals.hpp"

#include <cstdlib>

namespace dmid::tool
{
namespace
{
/// An absolute folder of the environment, as the XDG rules demand; else the fallback under HOME.
std::filesystem::path xdg(const char* variable, const std::filesystem::path& home, const char* fallback)
{
    const char* value = std::getenv(variable);
    const std::filesystem::path named{value == nullptr ? "" : value};
    return (named.is_absolute() ? named : home / fallback) / "dmid";
}
} // namespace

std::span<const GlobalRow> global_rows()
{
    static const std::vector<GlobalRow> rows{
        {{"--home", "DIR", "everything under one folder: config.toml, keys, state (else by XDG)"},
         {},
         &Globals::home},
        {{"--config", "FILE", "another configuration file"}, {}, &Globals::config},
        {{"--number", "NUMBER", "which of your numbers is meant"}, {}, &Globals::number},
        {{"--json", "", "one JSON value on stdout, also for errors"}, {}, &Globals::json},
        {{"--yes", "", "answer every question with yes"}, "-y", &Globals::yes},
        {{"--passphrase-file", "FILE", "its first line is the passphrase; else a prompt without echo"},
         {},
         &Globals::passphrase_file},
        {{"--passphrase-fd", "N", "the same from an open descriptor"}, {}, &Globals::passphrase_fd},
        {{"--rpc", "URL", "an endpoint of the chain, in place of the configuration's", true},
         {},
         &Globals::rpc},
        {{"--registry", "ADDRESS", "another registry than the configuration's"}, {}, &Globals::registry},
        {{"--chain-id", "N", "another chain than the configuration's"}, {}, &Globals::chain_id},
        {{"--color", "WHEN", "auto (on a terminal where NO_COLOR is unset), always or never"},
         {},
         &Globals::color},
        {{"--no-color", "", "as --color never"}, "--no-colour", &Globals::no_color},
        {{"--help", "", "help on the command"}, "-h", &Globals::help},
    };
    return rows;
}

Result<Paths> find_paths(const Globals& globals)
{
    Paths out;
    if (!globals.home.empty())
    {
        std::error_code error;
        out.home = std::filesystem::absolute(globals.home, error);
        if (error)
            return fail(Errc::input_usage, "--home " + globals.home + ": " + error.message());
        out.config = out.home / "config.toml";
        out.keys = out.home / "keys";
        out.state = out.home / "state";
    }
    else
    {
        const char* home = std::getenv("HOME");
        if (home == nullptr || *home != '/')
            return fail(Errc::input_usage, "there is no HOME; name a folder with --home");
        out.home = xdg("XDG_CONFIG_HOME", home, ".config");
        out.config = out.home / "config.toml";
        out.keys = xdg("XDG_DATA_HOME", home, ".local/share") / "keys";
        out.state = xdg("XDG_STATE_HOME", home, ".local/state");
    }
    if (!globals.config.empty())
        out.config = globals.config;
    return out;
}
} // namespace dmid::tool
