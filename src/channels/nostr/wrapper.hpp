// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/outgoing.hpp"
#include "net/task.hpp"
#include "seal/event.hpp"

#include <boost/asio/thread_pool.hpp>

namespace dmid::channels::nostr
{
/// Wraps seals, anew each time: fresh one-time key, date, work and ticket mac. Work is done on a thread of
/// its own in pieces of a tenth of a second, so that a deadline or a cancellation stops it.
class Wrapper
{
public:
    explicit Wrapper(const Clock& clock)
        : clock_{clock}
    {
    }
    /// Waits for the piece under way. Goes before the contexts of the coroutines that wait here.
    ~Wrapper() { threads_.join(); }

    /// channel.timeout where the work is not done in time; message.event-invalid, message.too-large,
    /// number.*.
    net::Task<Result<seal::Event>> wrap(const channel::Sealed& sealed, unsigned work_bits,
                                        net::Deadline deadline);

private:
    const Clock& clock_;
    boost::asio::thread_pool threads_{1};
};

/// Random bits for one date up to two days back.
std::uint32_t random_back();
} // namespace dmid::channels::nostr
