// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string_view>

namespace dmid::tool
{
/// `0.1.0`
std::string_view version() noexcept;
/// keccak-256 of the runtime code of this build's registry (contracts/abi/runtime-code-hash.txt).
Hash32 registry_code_hash();
/// Its creation code in hex (contracts/abi/DmidRegistry.bin).
std::string_view registry_creation_code() noexcept;
} // namespace dmid::tool
