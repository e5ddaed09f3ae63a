// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/policy.hpp"

#include <string>
#include <string_view>

namespace dmid::policy
{
/// Reads the TOML form. Every error names line and column, and the nearest word where one is misspelt:
/// policy.syntax, policy.unknown-key, policy.unknown-action, policy.unknown-class, policy.not-implemented,
/// policy.no-default, policy.unknown-set, policy.value, policy.too-large.
Result<Policy> parse_toml(std::string_view text);
/// TOML that parse_toml() reads back to the same policy. Comments of the original are gone; notes are kept.
std::string to_toml(const Policy& policy);
} // namespace dmid::policy
