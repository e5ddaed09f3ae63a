// SPDX-License-Identifier: Apache-2.0
#include "up/anvil.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace dmid::up
{
namespace fs = std::filesystem;
namespace
{
// The packages that carry the binary, one for each kind of machine (npm @foundry-rs/anvil).
constexpr std::array kPackages{"anvil-linux-amd64", "anvil-linux-arm64"};

bool is_program(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> in_packages(const fs::path& scope)
{
    for (const auto* name : kPackages)
        if (const auto binary = scope / name / "bin" / "anvil"; is_program(binary))
            return binary;
    return std::nullopt;
}

/// The binary behind a script of npm: the sibling package, or one nested in the script's own.
std::optional<fs::path> behind_script(const fs::path& program)
{
    char head[2] = {};
    std::ifstream{program, std::ios::binary}.read(head, 2);
    if (head[0] != '#' || head[1] != '!')
        return program;
    std::error_code error;
    // <scope>/anvil/bin.mjs or <scope>/anvil/bin/anvil
    for (auto folder = fs::canonical(program, error).parent_path(); folder.has_relative_path();
         folder = folder.parent_path())
    {
        if (auto found = in_packages(folder.parent_path()))
            return found;
        if (auto found = in_packages(folder / "node_modules" / "@foundry-rs"))
            return found;
        if (folder.filename() == "node_modules")
            break;
    }
    return std::nullopt;
}

std::optional<fs::path> on_path()
{
    const char* text = std::getenv("PATH");
    std::string_view rest = text == nullptr ? "" : text;
    while (!rest.empty())
    {
        const auto end = rest.find(':');
        const auto folder = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (folder.starts_with('/') && is_program(fs::path{folder} / "anvil"))
            if (auto found = behind_script(fs::path{folder} / "anvil"))
                return found;
    }
    return std::nullopt;
}

std::optional<fs::path> in_checkout()
{
    std::error_code error;
    auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (int up = 0; up < 4 && !error && folder.has_relative_path(); ++up, folder = folder.parent_path())
        if (auto found = in_packages(folder / "contracts" / "node_modules" / "@foundry-rs"))
            return found;
    return std::nullopt;
}
} // namespace

Result<fs::path> find_anvil(const std::string& named)
{
    if (!named.empty())
    {
        const auto found = is_program(named) ? behind_script(fs::absolute(named)) : std::nullopt;
        if (!found)
            return fail(Errc::input_program_missing, "--anvil " + named + " is no program that runs here");
        return *found;
    }
    if (auto found = on_path())
        return *found;
    if (auto found = in_checkout())
        return *found;
    return fail(
        Errc::input_program_missing,
        "anvil, the local chain, is neither on PATH nor in a checkout; `tools/setup` in a checkout or "
        "`npm install -g @foundry-rs/anvil` installs it, --anvil FILE names one");
}
} // namespace dmid::up
