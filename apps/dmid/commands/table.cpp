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
    for (auto* group :
         {up_commands,      doctor_commands,  number_commands,  key_commands,      mint_commands,
          show_commands,    publish_commands, lock_commands,    transfer_commands, resolve_commands,
          deploy_commands,  policy_commands,  channel_commands, send_commands,     inbox_commands,
          contact_commands, seal_commands,    node_commands,    backup_commands,   index_commands,
          config_commands,  status_commands,  shell_commands})
        for (auto& row : group())
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
