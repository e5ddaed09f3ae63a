// SPDX-License-Identifier: Apache-2.0
#include "up/up.hpp"

#include "commands/groups.hpp"

namespace dmid::commands
{
Rows up_commands()
{
    return {{.path = "up",
             .summary = "From nothing to a running number: local chain, registry, keys, number, node",
             .arguments = {},
             .options = {{"--chain-port", "PORT", "where the chain listens (8545)"},
                         {"--node-port", "PORT", "where the node listens (8383)"},
                         {"--anvil", "FILE", "the chain's program; else on PATH, else of this checkout"}},
             .run = up::run,
             .details =
                 "Makes what is missing and goes on with what is there; runs until Ctrl-C, which stops all "
                 "that it\nstarted. A kill at any moment loses nothing that was final. A rehearsal: nobody "
                 "else knows this chain."}};
}
} // namespace dmid::commands
