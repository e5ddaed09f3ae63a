// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "channels/xmpp/incoming.hpp"
#include "channels/xmpp/sleeper.hpp"

#include <deque>
#include <memory>
#include <mutex>

namespace dmid::channels::xmpp
{
/// What came in and waits for the inbox, between the thread of the connection and run(). Bounded, over the
/// whole time until done(). Thread-safe.
class Inlet
{
public:
    static constexpr std::size_t kMaxItems = 1000;
    static constexpr std::size_t kMaxBytes = 16U << 20U;

    /// False where there is no room: the other side must be told.
    bool push(Incoming item);
    /// The oldest one; Ignored where there is none.
    Incoming take();
    /// An item that was taken needs no room any more.
    void done(const Incoming& item);
    const std::shared_ptr<Sleeper>& sleeper() const { return sleeper_; }

private:
    std::mutex mutex_;
    std::deque<Incoming> items_;
    std::size_t count_ = 0; // with those that were taken and are not done
    std::size_t bytes_ = 0;
    std::shared_ptr<Sleeper> sleeper_ = std::make_shared<Sleeper>();
};
} // namespace dmid::channels::xmpp
