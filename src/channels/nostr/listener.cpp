// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/listener.hpp"

#include "channels/nostr/gather.hpp"
#include "channels/nostr/session.hpp"
#include "keys/random.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::nostr
{
namespace
{
constexpr std::size_t kSeen = 65'536;
constexpr net::Millis kSlice{200};
/// A session that lasted so long was a good one: the next pause is the first again.
constexpr net::Millis kGood{60'000};

/// ± 20 %, so that many nodes do not come back at once.
net::Millis jittered(net::Millis pause)
{
    const auto random = keys::random_fixed<Hash32>().bytes[0];
    return pause * (80 + random * 40 / 255) / 100;
}
} // namespace

Listening::Listening(const NostrOptions& options, const ServedKeys& served, const Clock& clock,
                     const net::Dialer& dialer)
    : options_{options}
    , served_{served}
    , clock_{clock}
    , dialer_{dialer}
    , seen_{kSeen}
{
}

net::Task<> Listening::run(channel::Inbox& inbox)
{
    std::vector<net::Task<bool>> relays;
    for (const auto& url : options_.relays)
        relays.push_back(listen_to(url, inbox));
    co_await gather(std::move(relays));
}

net::Task<bool> Listening::listen_to(std::string url, channel::Inbox& inbox)
{
    auto wait = options_.backoff;
    while (!stopping_)
    {
        const auto began = std::chrono::steady_clock::now();
        co_await listen_once(*this, url, inbox);
        if (std::chrono::steady_clock::now() - began > kGood)
            wait = options_.backoff;
        if (!co_await pause(jittered(wait)))
            break;
        wait = std::min(wait * 2, options_.backoff * 64);
    }
    co_return true;
}

net::Task<bool> Listening::pause(net::Millis duration) const
{
    const auto until = net::deadline_in(duration);
    while (!stopping_ && std::chrono::steady_clock::now() < until)
        co_await net::sleep_for(std::min(duration, kSlice));
    co_return !stopping_;
}
} // namespace dmid::channels::nostr
