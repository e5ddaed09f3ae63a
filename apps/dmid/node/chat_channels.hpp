// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "config/config.hpp"
#include "net/dialer.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace dmid::node
{
/// The channels of platforms that the configuration names, each where its first key is set: Telegram,
/// WhatsApp, short messages, Signal, XMPP, webhooks. Reads their secrets at once. `state`: where spools and
/// counters lie. config.* and the errors of reading a secret. The clock must outlive them.
Result<std::vector<std::unique_ptr<channel::Channel>>> make_chat_channels(const config::Config& config,
                                                                          const std::filesystem::path& state,
                                                                          const Clock& clock,
                                                                          const net::Dialer& dialer);
} // namespace dmid::node
