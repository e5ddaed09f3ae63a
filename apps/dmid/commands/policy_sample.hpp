// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dmid::commands
{
/// A commented policy in TOML to begin with; valid as it stands, on a node where nothing is bound.
std::string_view policy_sample() noexcept;
} // namespace dmid::commands
