// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/policy.hpp"

namespace dmid::policy
{
/// The canonical bytes that are signed (model::PolicyContent::body); errors of check().
Result<Bytes> encode(const Policy& policy);
/// Reads canonical bytes only. Errors of codec and of check(). An unknown key, action or class makes the
/// whole policy invalid; the last valid one stays in force.
Result<Policy> decode(ByteView bytes);
} // namespace dmid::policy
