// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/sms/spending.hpp"

#include <filesystem>

namespace dmid::node
{
/// Where the counters of short messages survive a restart: one small file, replaced whole at each count.
channels::sms::TallyStore tally_file(std::filesystem::path file);
} // namespace dmid::node
