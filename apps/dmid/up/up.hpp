// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/invocation.hpp"

namespace dmid::up
{
/// `dmid up`: a local chain, a registry, keys, a number and a node, made where they are missing; then runs
/// until it is asked to end, and starts again what dies. Kills and power cuts lose nothing that was final:
/// the next call goes on. Blocks; of the main thread. input.file, input.already-running,
/// input.usage, net.bind, and what the steps say.
Result<> run(const tool::Invocation& call);
} // namespace dmid::up
