// SPDX-License-Identifier: Apache-2.0
#include "channel/channel.hpp"

namespace dmid::channel
{
net::Task<void> Channel::run(Inbox& /*inbox*/)
{
    co_return;
}
} // namespace dmid::channel
