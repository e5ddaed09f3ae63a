// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <cstddef>
#include <memory>

namespace dmid::net
{
/// One io_context and one thread per core. A connection is born on one of them and stays there.
class IoPool
{
public:
    /// `threads` 0: one per core. Nothing runs before start().
    explicit IoPool(std::size_t threads = 0);
    /// Stops and joins.
    ~IoPool();
    IoPool(const IoPool&) = delete;
    IoPool& operator=(const IoPool&) = delete;

    /// Starts the threads; the second call does nothing. SIGPIPE and termination signals are blocked in them.
    void start();
    /// Lets every context return at its next turn; work that is still queued is dropped. Thread-safe.
    void stop();
    /// Waits for the threads; never call it on one of them.
    void join();

    std::size_t size() const noexcept;
    /// The i-th context's executor, i < size().
    Executor executor(std::size_t i) const;
    /// The contexts in turn. Thread-safe.
    Executor next();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
} // namespace dmid::net
