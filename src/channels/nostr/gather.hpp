// SPDX-License-Identifier: Apache-2.0
// Private to this folder.
#pragma once

#include "net/task.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>
#include <vector>

namespace dmid::channels::nostr
{
/// Runs tasks side by side on the caller's executor and gives their results in order. A cancellation reaches
/// all of them. For a handful: each nests one deeper.
template <class T> net::Task<std::vector<T>> gather(std::vector<net::Task<T>> tasks)
{
    using namespace boost::asio::experimental::awaitable_operators;
    if (tasks.empty())
        co_return std::vector<T>{};
    auto last = std::move(tasks.back());
    tasks.pop_back();
    if (tasks.empty())
    {
        std::vector<T> one;
        one.push_back(co_await std::move(last));
        co_return one;
    }
    auto [first, result] = co_await (gather<T>(std::move(tasks)) && std::move(last));
    first.push_back(std::move(result));
    co_return std::move(first);
}
} // namespace dmid::channels::nostr
