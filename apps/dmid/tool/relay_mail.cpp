// SPDX-License-Identifier: Apache-2.0
#include "tool/relay_mail.hpp"

#include "channels/nostr/wire.hpp"
#include "net/run_blocking.hpp"
#include "net/websocket.hpp"
#include "net/with_deadline.hpp"
#include "node/dialing.hpp"
#include "seal/nip59.hpp"
#include "tool/hand_in.hpp"

#include <algorithm>

namespace dmid::tool
{
namespace nostr = channels::nostr;
namespace
{
constexpr std::uint32_t kMost = 500;
constexpr const char* kSubscription = "inbox";

/// Until EOSE or CLOSED; what came before an error stays in `mail`.
net::Task<Result<>> collect(net::WebSocketPtr socket, std::string request, nostr::Filter filter,
                            RelayMail& mail)
{
    DMID_CO_TRY(co_await socket->write(std::move(request)));
    while (mail.wraps.size() < kMost)
    {
        auto text = co_await socket->read();
        if (!text)
            co_return tl::unexpected<Error>(text.error());
        auto message = nostr::parse_relay_message(*text);
        if (!message)
            continue; // an event that is none: the others are still wanted
        if (std::holds_alternative<nostr::relay::Eose>(*message))
            co_return Result<>{};
        if (const auto* closed = std::get_if<nostr::relay::Closed>(&*message))
            co_return fail(Errc::channel_refused, closed->words);
        auto* event = std::get_if<nostr::relay::Event>(&*message);
        if (event != nullptr && nostr::matches(filter, event->event) && seal::verify(event->event))
            mail.wraps.push_back(std::move(event->event));
    }
    co_return Result<>{};
}

net::Task<Result<>> read_all(const net::Dialer& dialer, net::Url url, std::string request,
                             nostr::Filter filter, RelayMail& mail)
{
    net::WebSocketOptions options;
    options.handshake_timeout = kDoorDeadline;
    options.guard = net::Guard::configured; // named by the reader, not by others
    auto socket = co_await net::connect_websocket(dialer, std::move(url), options);
    if (!socket)
        co_return tl::unexpected<Error>(socket.error());
    auto task = collect(*socket, std::move(request), std::move(filter), mail);
    auto done = co_await net::with_deadline(std::move(task), kDoorDeadline);
    (*socket)->abort();
    co_return done;
}
} // namespace

Result<RelayMail> read_relay(const Invocation& call, const std::string& relay,
                             const std::vector<XOnlyKey>& keys, UnixTime since)
{
    DMID_TRY(const auto config, call.config());
    DMID_TRY(const auto dialer, node::dialer_of(config));
    DMID_TRY(auto url, net::parse_url(relay));
    nostr::Filter filter;
    filter.kinds = std::vector<std::uint32_t>{seal::kKindWrap};
    filter.p = keys;
    filter.since = since;
    filter.limit = kMost;
    const auto request = nostr::encode(nostr::ClientMessage{nostr::client::Req{kSubscription, {filter}}});
    RelayMail mail;
    if (const auto done = net::run_blocking(read_all(dialer, std::move(url), request, filter, mail)); !done)
        mail.error = done.error();
    return mail;
}
} // namespace dmid::tool
