// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/nostr_channel.hpp"

#include "channels/nostr/events.hpp"
#include "channels/nostr/listener.hpp"
#include "channels/nostr/sending.hpp"
#include "crypto/secp256k1.hpp"

#include <utility>

namespace dmid::channels::nostr
{
struct NostrChannel::Impl
{
    Impl(const NostrOptions& options, const Secret32& node_key, const ServedKeys& served, const Clock& clock,
         const net::Dialer& dialer)
        : sending{options, node_key, clock, dialer}
        , listening{options, served, clock, dialer}
    {
    }
    Sending sending;
    Listening listening;
};

NostrChannel::NostrChannel(std::unique_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}

NostrChannel::~NostrChannel() = default;

std::string_view NostrChannel::name() const
{
    return "nostr";
}

channel::Traits NostrChannel::traits() const
{
    channel::Traits traits;
    traits.max_text = kMaxText;
    traits.confirms = channel::Confirms::accepted;
    traits.inbound = true;
    traits.idempotent = true;
    traits.ends_encryption = false;
    traits.takes_sealed = true;
    return traits;
}

Result<std::string> NostrChannel::parse_address(std::string_view text) const
{
    DMID_TRY(const auto key, parse_key(text));
    return to_hex(key.view());
}

net::Task<channel::Attempt> NostrChannel::send(channel::Leg leg, channel::Outgoing message)
{
    co_return co_await impl_->sending.send(std::move(leg), std::move(message));
}

net::Task<void> NostrChannel::run(channel::Inbox& inbox)
{
    co_await impl_->listening.run(inbox);
}

void NostrChannel::stop()
{
    impl_->listening.stop();
}

void NostrChannel::refresh()
{
    impl_->listening.refresh();
}

Result<std::unique_ptr<NostrChannel>> make_nostr_channel(NostrOptions options, const Secret32& node_key,
                                                         const ServedKeys& served, const Clock& clock,
                                                         net::Dialer dialer)
{
    for (auto& relay : options.relays)
    {
        const auto url = net::parse_url(relay);
        if (!url || (url->scheme != net::Scheme::ws && url->scheme != net::Scheme::wss))
            return fail(Errc::config_value, "a relay is a ws or wss URL: " + relay);
        relay = url->to_string();
    }
    options.own_relay = as_relay_url(options.own_relay);
    if (!crypto::valid_secret(node_key))
        return fail(Errc::crypto_key_invalid, "the node's key");
    return std::make_unique<NostrChannel>(
        std::make_unique<NostrChannel::Impl>(options, node_key, served, clock, dialer));
}
} // namespace dmid::channels::nostr
