// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/facts.hpp"

namespace dmid::node
{
/// Minutes of the week from the machine's zone tables (Debian: tzdata), each file read once.
policy::MinuteOfWeek system_zones();
} // namespace dmid::node
