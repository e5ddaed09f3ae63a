// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.hpp"
#include "model/number.hpp"
#include "tool/output.hpp"
#include "tool/parse.hpp"

#include <optional>

namespace dmid::tool
{
/// One run of the program: what was asked, where things are, and where answers go.
class Invocation
{
public:
    Invocation(Parsed parsed, Paths paths, Output& out)
        : parsed_{std::move(parsed)}
        , paths_{std::move(paths)}
        , out_{&out}
    {
    }

    const Globals& globals() const noexcept { return parsed_.globals; }
    const Paths& paths() const noexcept { return paths_; }
    const std::string& command() const noexcept { return parsed_.path; }
    Output& out() const noexcept { return *out_; }

    /// Whether an argument or option was given.
    bool has(std::string_view name) const { return parsed_.words.contains(name); }
    /// The value of an argument or option (the last one); empty where it was not given.
    std::string word(std::string_view name) const;
    std::vector<std::string> words(std::string_view name) const;
    /// A whole number of at most `max`; nothing where it was not given, input.usage for anything else.
    Result<std::optional<std::uint64_t>> count(std::string_view name, std::uint64_t max) const;

    /// The configuration: the file where there is one (config.unreadable where --config names none), the
    /// defaults else; --registry, --chain-id and --rpc in place of what it says. With --rpc the endpoints of
    /// the file count for nothing.
    Result<config::Config> config() const;

private:
    Parsed parsed_;
    Paths paths_;
    Output* out_;
};

/// A file of at most `max` bytes; `-` is the standard input. input.file, codec.too-large.
Result<std::string> read_input(const std::string& name, std::size_t max);
/// The words of TEXT, joined by spaces; `-` alone reads the standard input. input.usage where there are none.
Result<std::string> text_argument(const Invocation& call);
/// Writes a file that people may read; input.file. An existing one is replaced.
Result<> write_output(const std::filesystem::path& path, std::string_view content);
/// input.unconfirmed unless --yes was given, or a person at a terminal answers `yes`.
Result<> confirm(const Invocation& call, std::string_view question);
} // namespace dmid::tool
