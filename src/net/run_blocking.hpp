// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/posting_guard.hpp"
#include "net/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

namespace dmid::net
{
namespace detail
{
// Keeps the result of a task that has no default: co_spawn itself can only carry what has one.
template <class T> Task<> keep_result(Task<Result<T>> task, std::optional<Result<T>>& result)
{
    result.emplace(co_await std::move(task));
}
} // namespace detail

/// Runs one task to its end on an io_context of its own, on the calling thread: for the command line and for
/// tests. Whatever the task leaves behind on that context is dropped. internal.bug when it throws.
template <class T> Result<T> run_blocking(Task<Result<T>> task)
{
    boost::asio::io_context context{1};
    std::optional<Result<T>> result;
    auto finished = [&result, &context](std::exception_ptr thrown)
    {
        if (thrown)
            result.emplace(fail(Errc::internal_bug, "a task threw"));
        context.stop();
    };
    boost::asio::co_spawn(context, detail::keep_result<T>(std::move(task), result), std::move(finished));
    context.run();
    PostingGuard::wait_for_all();
    if (!result)
        return fail(Errc::internal_bug, "a task was left behind");
    return std::move(*result);
}
} // namespace dmid::net
