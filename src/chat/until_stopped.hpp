// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <atomic>
#include <utility>

namespace dmid::chat
{
/// How soon a stop is noticed.
inline constexpr net::Millis kStopSlice{200};

inline net::Task<> until_set(const std::atomic<bool>& flag)
{
    while (!flag)
        co_await net::sleep_for(kStopSlice);
}

/// Runs a task until it ends or `flag` is set, which cancels it: channel.unreachable then.
template <class T>
net::Task<Result<T>> unless_stopped(net::Task<Result<T>> task, const std::atomic<bool>& flag)
{
    using namespace boost::asio::experimental::awaitable_operators;
    auto first = co_await (std::move(task) || until_set(flag));
    if (first.index() == 1)
        co_return fail(Errc::channel_unreachable, "the node stops");
    co_return std::get<0>(std::move(first));
}
} // namespace dmid::chat
