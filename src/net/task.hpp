// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace dmid::net
{
/// A lazy coroutine. It runs on the executor that it is spawned on and stays there: everything that belongs
/// to one connection runs on one io_context, which one thread drives, so none of it needs a lock.
/// Rules for g++ 12 (CONTRIBUTING.md): inside a co_await expression no aggregate temporaries, no capturing
/// lambdas, no braced lists; name them first. Parameters by value, or documented to outlive the call.
template <class T = void> using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;
using Millis = std::chrono::milliseconds;
/// Deadlines are counted on the steady clock: setting the wall clock moves none.
using Deadline = std::chrono::steady_clock::time_point;

/// The deadline that lies `after` from now.
inline Deadline deadline_in(Millis after)
{
    return std::chrono::steady_clock::now() + after;
}

/// Suspends for `duration` on the coroutine's executor. Returns early, without an error, when the executor's
/// context stops; never throws.
Task<> sleep_for(Millis duration);

/// The coroutine's own executor.
Task<Executor> current_executor();

/// Starts `task` on `executor` and forgets it. An exception that leaves the task ends the process: tasks
/// catch what their libraries throw. Thread-safe.
void spawn(Executor executor, Task<> task);
} // namespace dmid::net
