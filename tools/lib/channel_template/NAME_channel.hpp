// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "net/dialer.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace dmid::channels::@name@
{
/// Where the service is, and as whom the node speaks to it. Secrets by file.
struct @Name@Options
{
    std::string host;
    std::uint16_t port = 0;
};

/// send() may be called on any executors at once, run() once at a time; destroyed after all of them have
/// ended.
class @Name@Channel final : public channel::Channel
{
public:
    @Name@Channel(@Name@Options options, const Clock& clock, net::Dialer dialer);

    std::string_view name() const override { return "@name@"; }
    channel::Traits traits() const override;
    Result<std::string> parse_address(std::string_view text) const override;
    net::Task<channel::Attempt> send(channel::Leg leg, channel::Outgoing message) override;

private:
    @Name@Options options_;
    const Clock& clock_;
    net::Dialer dialer_;
};

/// config.missing, config.value. `clock` outlives it.
Result<std::unique_ptr<channel::Channel>>
make_@name@_channel(@Name@Options options, const Clock& clock, net::Dialer dialer = net::Dialer{});
} // namespace dmid::channels::@name@
