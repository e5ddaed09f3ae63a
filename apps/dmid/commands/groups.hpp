// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <vector>

/// One function for each file of this folder: its rows of the command table.
namespace dmid::commands
{
using Rows = std::vector<tool::Command>;

Rows status_commands();   ///< status, help, version
Rows up_commands();       ///< up
Rows doctor_commands();   ///< doctor
Rows shell_commands();    ///< completion, man, complete
Rows number_commands();   ///< number new, check, format
Rows key_commands();      ///< key new, show, import
Rows config_commands();   ///< config sample, check
Rows deploy_commands();   ///< deploy
Rows mint_commands();     ///< mint
Rows show_commands();     ///< show
Rows publish_commands();  ///< publish
Rows lock_commands();     ///< lock, unlock announce, execute, cancel
Rows transfer_commands(); ///< transfer
Rows resolve_commands();  ///< resolve, verify
Rows index_commands();    ///< index status, dump, follow
Rows seal_commands();     ///< seal, open
Rows send_commands();     ///< send
Rows inbox_commands();    ///< inbox, thread, reply
Rows contact_commands();  ///< accept, block, confirm
Rows channel_commands();  ///< bind, bind confirm, unbind, channels
Rows node_commands();     ///< node
Rows backup_commands();   ///< backup, backup verify, restore
Rows policy_commands();   ///< policy check, explain, set, show
} // namespace dmid::commands
