// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/posting_guard.hpp"
#include "net/task.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace dmid::net
{
/// Awaits an operation that reports by callback, from whatever thread:
///
///     auto start = [&store, entry](std::function<void(Result<Appended>)> done) {
///         store.submit(entry, std::move(done));
///     };
///     auto appended = co_await on_completion<Result<Appended>>(std::move(start));
///
/// `start` runs at once, on the coroutine's thread; it must see to it that `done` is called exactly once, on
/// any thread and possibly before `start` returns. The coroutine resumes on its own executor, whose context
/// keeps running meanwhile; stop whatever calls back before that context goes. Name `start` before the
/// co_await (g++ 12).
template <class T, class Start> Task<T> on_completion(Start start)
{
    auto initiate = [](auto handler, Start begin)
    {
        using Handler = std::decay_t<decltype(handler)>;
        auto executor = boost::asio::get_associated_executor(handler);
        using Work = boost::asio::executor_work_guard<decltype(executor)>;
        // All that belongs to the context leaves with the first call: copies of `done` that die later, on
        // whatever thread, no longer touch it.
        auto kept = std::make_shared<std::optional<std::pair<Handler, Work>>>();
        kept->emplace(std::move(handler), Work{executor});
        std::function<void(T)> done = [kept, executor](T value)
        {
            const PostingGuard posting;
            auto resume = [both = std::move(**kept), result = std::move(value)]() mutable
            { std::move(both.first)(std::move(result)); };
            kept->reset();
            boost::asio::post(executor, std::move(resume));
        };
        begin(std::move(done));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(T)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(start));
}
} // namespace dmid::net
