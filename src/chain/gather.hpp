// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace dmid::chain
{
/// Runs the tasks at the same time on the coroutine's own executor and gives their results in order, when the
/// last one is done. Each has its own deadline; gather adds none. internal.bug in the place of one that
/// threw.
template <class T> net::Task<std::vector<Result<T>>> gather(std::vector<net::Task<Result<T>>> tasks)
{
    struct State
    {
        explicit State(const net::Executor& executor)
            : all_done{executor, net::Deadline::max()}
        {
        }
        boost::asio::steady_timer all_done; // cancelled by the last task
        std::vector<std::optional<Result<T>>> results;
        std::size_t left = 0;
    };
    const net::Executor executor = co_await boost::asio::this_coro::executor;
    const auto state = std::make_shared<State>(executor);
    state->results.resize(tasks.size());
    state->left = tasks.size();
    for (std::size_t i = 0; i < tasks.size(); ++i)
    {
        auto finished = [state, i](std::exception_ptr thrown, Result<T> value)
        {
            if (thrown)
                value = fail(Errc::internal_bug, "a task threw");
            state->results[i] = std::move(value);
            if (--state->left == 0)
                state->all_done.cancel();
        };
        boost::asio::co_spawn(executor, std::move(tasks[i]), std::move(finished));
    }
    while (state->left > 0)
        co_await state->all_done.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    std::vector<Result<T>> results;
    results.reserve(state->results.size());
    for (auto& result : state->results)
        results.push_back(*std::move(result));
    co_return results;
}
} // namespace dmid::chain
