// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/relay_link.hpp"

#include <utility>

namespace dmid::channels::nostr
{
net::Task<Result<std::unique_ptr<RelayLink>>> RelayLink::open(const net::Dialer& dialer, std::string url,
                                                              net::Guard guard, net::Deadline deadline)
{
    DMID_CO_TRY(auto parsed, net::parse_url(url));
    net::WebSocketOptions options;
    options.guard = guard;
    options.max_message = 2 * kMaxMessage;
    const auto left = std::chrono::duration_cast<net::Millis>(deadline - std::chrono::steady_clock::now());
    if (left <= net::Millis{0})
        co_return fail(Errc::net_timeout);
    options.handshake_timeout = left;
    auto socket = co_await net::connect_websocket(dialer, std::move(parsed), options);
    if (!socket)
        co_return tl::unexpected<Error>(std::move(socket).error());
    co_return std::make_unique<RelayLink>(std::move(*socket), deadline);
}

RelayLink::RelayLink(net::WebSocketPtr socket, net::Deadline deadline)
    : socket_{std::move(socket)}
    , timer_{socket_->executor(), deadline}
{
    timer_.async_wait(
        [late = late_, watched = std::weak_ptr{socket_}](const boost::system::error_code& error)
        {
            const auto alive = watched.lock();
            if (error || !alive)
                return;
            *late = true;
            alive->abort();
        });
}

RelayLink::~RelayLink()
{
    socket_->abort();
}

Error RelayLink::meaning(Error error) const
{
    if (*late_)
        return {Errc::net_timeout, "the relay was silent"};
    if (garbage_ > 0)
        return {Errc::net_protocol, "no message of a relay"};
    return error;
}

net::Task<Result<>> RelayLink::say(ClientMessage message)
{
    auto written = co_await socket_->write(encode(message));
    if (!written)
        co_return tl::unexpected<Error>(meaning(std::move(written).error()));
    co_return Result<>{};
}

net::Task<Result<RelayMessage>> RelayLink::hear()
{
    for (;;)
    {
        auto text = co_await socket_->read();
        if (!text)
            co_return tl::unexpected<Error>(meaning(std::move(text).error()));
        auto message = parse_relay_message(*text);
        if (message && !std::holds_alternative<relay::Unknown>(*message))
            co_return std::move(*message);
        if (++garbage_ == kMaxGarbage)
            co_return fail(Errc::net_protocol, "no messages of a relay");
    }
}
} // namespace dmid::channels::nostr
