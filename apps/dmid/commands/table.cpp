// SPDX-License-Identifier: Apache-2.0
#include "commands/table.hpp"

#include "commands/groups.hpp"
#include "node.hpp"

namespace dmid::commands
{
namespace
{
Rows node_commands()
{
#ifdef DMID_HAS_NODE
    return {{.path = "node",
             .summary = "Run a node: its doors, the flow, its channels",
             .arguments = {},
             .options = {{"--ready-file", "FILE", "written when the doors are open"}},
             .run_itself = node::run_node}};
#else
    return {};
#endif
}

std::vector<tool::Command> assemble()
{
    std::vector<tool::Command> out;
    for (auto* group : {number_commands, key_commands})
        for (auto& row : group())
            out.push_back(std::move(row));
    for (auto& row : node_commands())
        out.push_back(std::move(row));
    for (auto& row : status_commands())
        out.push_back(std::move(row));
    return out;
}
} // namespace

std::span<const tool::Command> table()
{
    static const auto rows = assemble();
    return rows;
}
} // namespace dmid::commands
