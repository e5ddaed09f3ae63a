// SPDX-License-Identifier: Apache-2.0
// Private to this folder: coroutines that wait for another thread.
#pragma once

#include "net/task.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>

namespace dmid::channels::xmpp
{
/// A bell beside a coroutine that sleeps, one at a time: whoever has something for it rings from any thread.
/// The coroutine belongs to its own context like any other, can be cancelled, and nothing is posted to a
/// context that is gone.
class Sleeper : public std::enable_shared_from_this<Sleeper>
{
public:
    /// From any thread. A bell that nobody waits for is kept for the next who does.
    void ring();
    /// Sleeps until it rings, `until` comes, or the caller is cancelled; true where it rang.
    static net::Task<bool> sleep(std::shared_ptr<Sleeper> self, net::Deadline until);

private:
    struct Lying;
    std::mutex mutex_;
    boost::asio::steady_timer* timer_ = nullptr; // of the one who sleeps
    bool rang_ = false;
};
} // namespace dmid::channels::xmpp
