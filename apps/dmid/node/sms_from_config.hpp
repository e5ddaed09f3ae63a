// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "config/config.hpp"
#include "net/dialer.hpp"

#include <filesystem>
#include <memory>

namespace dmid::node
{
/// Short messages as `[sms]` has them: by SMPP where there are services, else by an operator's HTTP
/// interface. Reads the secrets at once; the counters of what was spent lie under `state`. config.* and the
/// errors of reading a secret. The clock must outlive it.
Result<std::unique_ptr<channel::Channel>> sms_from_config(const config::Sms& config,
                                                          const std::filesystem::path& state,
                                                          const Clock& clock, const net::Dialer& dialer);
} // namespace dmid::node
