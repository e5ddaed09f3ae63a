// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channels/signal/daemon.hpp"

#include <memory>
#include <string>

namespace dmid::channels::signal
{
/// One notification as it came.
struct FeedItem
{
    boost::json::value params; ///< `{envelope, account, exception}`; null: one that could not be read
    std::string event_id;      ///< where the daemon keeps events (HTTP), how far we are with this one
};

/// What the daemon brings, on a connection of its own. While nobody calls next(), nothing is read: the daemon
/// waits, and Signal keeps what it has not taken. One executor.
class Feed
{
public:
    virtual ~Feed() = default;
    /// The next notification; an error when the connection is over. May be cut off and called again.
    virtual net::Task<Result<FeedItem>> next() = 0;
    /// Asks the daemon to bring nothing more, where it can be asked: what it has written until then still
    /// comes from next(), and then an error.
    virtual net::Task<> leave() = 0;
};

/// Subscribes on a socket or TCP (`subscribeReceive`; where the daemon knows no such thing, or brings
/// everything unasked, that is taken), or reads the events of HTTP behind `last_event`. All errors are
/// channel.*; `deadline` is for the connection and its first answer.
net::Task<Result<std::unique_ptr<Feed>>> open_feed(const Daemon& daemon, std::string account,
                                                   std::string last_event, net::Deadline deadline);
} // namespace dmid::channels::signal
