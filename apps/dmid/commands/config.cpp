// SPDX-License-Identifier: Apache-2.0
#include "commands/groups.hpp"
#include "tool/invocation.hpp"

namespace dmid::commands
{
namespace
{
using tool::Invocation;

Result<> sample_config(const Invocation& call)
{
    call.out().value({{"toml", config::sample()}});
    if (!call.out().json())
        call.out().raw(config::sample());
    return {};
}

Result<> reference(const Invocation& call)
{
    call.out().value({{"markdown", config::reference_markdown()}});
    if (!call.out().json())
        call.out().raw(config::reference_markdown());
    return {};
}

Result<> check_config(const Invocation& call)
{
    const auto file = call.has("FILE") ? call.word("FILE") : call.paths().config.string();
    auto text = tool::read_input(file, 256U * 1024U);
    if (!text)
        return fail(Errc::config_unreadable, text.error().context);
    const auto parsed = config::parse(*text);
    if (!parsed)
        return fail(parsed.error().code, file + ": " + parsed.error().context);
    call.out().value({{"file", file},
                      {"valid", true},
                      {"endpoints", parsed->chain.endpoints.size()},
                      {"numbers", parsed->numbers.size()}});
    call.out().line(file + ": valid; " + std::to_string(parsed->chain.endpoints.size()) + " endpoints, " +
                    std::to_string(parsed->numbers.size()) + " numbers");
    return {};
}
} // namespace

Rows config_commands()
{
    return {{"config sample", "Print a commented configuration with every setting", {}, {}, sample_config},
            {"config reference", "Print the page that explains every setting", {}, {}, reference},
            {"config check",
             "Check a configuration",
             {{"FILE", "none: the one in use", false}},
             {},
             check_config}};
}
} // namespace dmid::commands
