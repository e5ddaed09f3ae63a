// SPDX-License-Identifier: Apache-2.0
#include "net/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;

Task<> sleep_for(Millis duration)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, duration};
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

Task<Executor> current_executor()
{
    co_return co_await asio::this_coro::executor;
}

void spawn(Executor executor, Task<> task)
{
    auto finished = [](std::exception_ptr thrown)
    {
        if (thrown)
            std::terminate();
    };
    asio::co_spawn(executor, std::move(task), std::move(finished));
}
} // namespace dmid::net
