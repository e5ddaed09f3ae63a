// SPDX-License-Identifier: Apache-2.0
#include "channels/@name@/@name@_channel.hpp"

#include "channels/@name@/wire.hpp"

#include <utility>

namespace dmid::channels::@name@
{
namespace
{
channel::Attempt attempt_of(channel::Outcome outcome, Errc code, std::string detail)
{
    channel::Attempt out;
    out.outcome = outcome;
    out.code = code;
    out.detail = std::move(detail);
    return out;
}
} // namespace

@Name@Channel::@Name@Channel(@Name@Options options, const Clock& clock, net::Dialer dialer)
    : options_{std::move(options)}
    , clock_{clock}
    , dialer_{std::move(dialer)}
{
}

channel::Traits @Name@Channel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    return traits;
}

Result<std::string> @Name@Channel::parse_address(std::string_view text) const
{
    return parse_account(text);
}

net::Task<channel::Attempt> @Name@Channel::send(channel::Leg leg, channel::Outgoing message)
{
    if (message.text.size() > kMaxText)
        co_return attempt_of(channel::Outcome::refused, Errc::channel_too_large, {});
    const net::Millis within{leg.deadline - clock_.now_ms()};
    auto stream =
        co_await dialer_.dial_host(options_.host, options_.port, net::Guard::configured, net::deadline_in(within));
    if (!stream)
        co_return attempt_of(channel::Outcome::unreachable, Errc::channel_unreachable, "no connection");
    // Here compose(message) goes out and the answer is read. Until then the suite is red, as it should be.
    stream->close();
    co_return attempt_of(channel::Outcome::unreachable, Errc::channel_unreachable, "nothing is handed over yet");
}

Result<std::unique_ptr<channel::Channel>> make_@name@_channel(@Name@Options options, const Clock& clock,
                                                              net::Dialer dialer)
{
    if (options.host.empty() || options.port == 0)
        return fail(Errc::config_missing, "where the service is");
    return std::make_unique<@Name@Channel>(std::move(options), clock, std::move(dialer));
}
} // namespace dmid::channels::@name@
