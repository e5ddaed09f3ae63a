// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace dmid::up
{
/// Where the chain's program is: `named` where it is not empty, else `anvil` on PATH, else the one that
/// tools/setup put into the checkout that this program was built in. Of an npm package the binary itself is
/// taken, not the script that starts it: its process id must be the chain's.
/// input.file with what installs it.
Result<std::filesystem::path> find_anvil(const std::string& named);
} // namespace dmid::up
