// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/inbox.hpp"
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/seen.hpp"
#include "net/dialer.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace dmid::channels::nostr
{
/// A wrap may be dated two days back, and lie a while: so far back a relay is asked (seconds).
inline constexpr UnixTime kPollBack = 3 * 24 * 3600 + 2 * 3600;

/// The way in: one connection to each configured relay, for as long as run() lasts. What is written here runs
/// on run()'s executor; stop() and refresh() may come from anywhere.
class Listening
{
public:
    Listening(const NostrOptions& options, const ServedKeys& served, const Clock& clock,
              const net::Dialer& dialer);

    net::Task<> run(channel::Inbox& inbox);
    void stop() { stopping_ = true; }
    void refresh() { ++generation_; }

private:
    friend class Session;
    friend net::Task<> listen_once(Listening& listening, std::string url, channel::Inbox& inbox);
    net::Task<bool> listen_to(std::string url, channel::Inbox& inbox);
    /// False when stop() came meanwhile.
    net::Task<bool> pause(net::Millis duration) const;

    NostrOptions options_;
    const ServedKeys& served_;
    const Clock& clock_;
    net::Dialer dialer_;
    Seen seen_;
    std::atomic<bool> stopping_{false};
    std::atomic<unsigned> generation_{0};
};
} // namespace dmid::channels::nostr
