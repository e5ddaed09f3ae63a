// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/invocation.hpp"

namespace dmid::node
{
/// `dmid node`: runs until it is told to stop (SIGTERM, SIGINT) and gives the exit status. The command is in
/// the table only where the build found node/run_node.cpp, which defines it.
int run_node(const tool::Invocation& call);
} // namespace dmid::node
