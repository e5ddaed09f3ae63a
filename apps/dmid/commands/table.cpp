// SPDX-License-Identifier: Apache-2.0
#include "commands/table.hpp"

#include "commands/groups.hpp"

namespace dmid::commands
{
namespace
{
std::vector<tool::Command> assemble()
{
    std::vector<tool::Command> out;
    for (auto* group : {number_commands, key_commands, node_commands})
        for (auto& row : group())
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
