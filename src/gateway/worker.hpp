// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/context.hpp"
#include "gateway/turn.hpp"

#include <functional>
#include <memory>

namespace dmid::gateway
{
/// Works off one queue of the store: sleeps until something is due or was appended, claims what it can take,
/// runs the handler for each, several at once. All of it on one executor, whose context one thread drives.
class Worker
{
public:
    using Handler = std::function<net::Task<>(store::WorkItem, Turn)>;

    Worker(Context& context, net::Executor executor, std::uint16_t queue, std::size_t parallel,
           Handler handler);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start();
    /// Begins no more claims; what runs, and what a claim that is under way brings, goes on until its
    /// deadline or the end of the executor. Thread-safe.
    void stop();
    /// Nothing is under way at present. Thread-safe.
    bool idle() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};
} // namespace dmid::gateway
