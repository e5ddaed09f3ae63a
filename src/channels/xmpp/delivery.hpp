// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channel/channel.hpp"
#include "channels/xmpp/sleeper.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace dmid::channels::xmpp
{
/// One message on its way, between the coroutine that sends it and the thread of the connection. Thread-safe.
class Delivery
{
public:
    Delivery(std::string id, std::string account, std::string xml);

    const std::string id;      ///< of the stanza
    const std::string account; ///< to whom, bare
    const std::string xml;

    // For the connection.

    /// From now on it may have arrived. False where nobody waits for it any more: it must not be written.
    bool begin();
    /// What became of it. The first word counts.
    void finish(channel::Attempt attempt);
    /// The same for a connection that ended: unreachable before begin(), uncertain after it.
    void lost(const Error& why);
    bool is_over() const;

    // For the sender.

    /// Waits until it is over; gives up at `until`, or when the caller is cancelled.
    static net::Task<channel::Attempt> wait(std::shared_ptr<Delivery> self, net::Deadline until);
    /// Nobody waits any more.
    void give_up();

private:
    mutable std::mutex mutex_;
    bool begun_ = false;
    bool given_up_ = false;
    std::optional<channel::Attempt> attempt_;
    std::shared_ptr<Sleeper> sleeper_ = std::make_shared<Sleeper>();
};
using DeliveryPtr = std::shared_ptr<Delivery>;
} // namespace dmid::channels::xmpp
