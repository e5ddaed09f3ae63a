// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.hpp"
#include "net/io_pool.hpp"
#include "net/on_completion.hpp"
#include "net/run_blocking.hpp"
#include "net/task.hpp"
#include "net/with_deadline.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace dmid::net
{
namespace
{
Task<Result<int>> answer_from(bool another_thread, std::thread& thread)
{
    auto start = [another_thread, &thread](std::function<void(Result<int>)> done)
    {
        if (another_thread)
            thread = std::thread{[done] { done(42); }};
        else
            done(fail(Errc::store_full));
    };
    co_return co_await on_completion<Result<int>>(std::move(start));
}

Task<Result<int>> slow()
{
    co_await sleep_for(Millis{5000});
    co_return 1;
}

Task<Result<int>> at_once()
{
    co_return 2;
}

Task<Result<int>> throwing()
{
    throw std::runtime_error{"x"};
    co_return 3;
}

Task<> tell_thread(std::promise<std::thread::id>& where)
{
    co_await sleep_for(Millis{1});
    where.set_value(std::this_thread::get_id());
}
} // namespace

TEST(OnCompletion, ResumesAfterACallbackFromAnotherThread)
{
    std::thread thread;
    EXPECT_EQ(*run_blocking(answer_from(true, thread)), 42);
    thread.join();
}

TEST(OnCompletion, MayBeCalledBackAtOnce)
{
    std::thread unused;
    EXPECT_EQ(run_blocking(answer_from(false, unused)).error().code, Errc::store_full);
}

TEST(WithDeadline, CutsWhatTakesTooLong)
{
    EXPECT_EQ(run_blocking(with_deadline(slow(), Millis{20})).error().code, Errc::net_timeout);
    EXPECT_EQ(*run_blocking(with_deadline(at_once(), Millis{1000})), 2);
}

TEST(RunBlocking, TurnsAThrowIntoAnError)
{
    EXPECT_EQ(run_blocking(throwing()).error().code, Errc::internal_bug);
}

TEST(IoPool, RunsEachLaneOnItsOwnThread)
{
    IoPool pool{2};
    pool.start();
    std::promise<std::thread::id> first;
    std::promise<std::thread::id> second;
    std::promise<std::thread::id> third;
    spawn(pool.executor(0), tell_thread(first));
    spawn(pool.executor(1), tell_thread(second));
    spawn(pool.executor(0), tell_thread(third));
    const auto one = first.get_future().get();
    EXPECT_NE(one, second.get_future().get());
    EXPECT_EQ(one, third.get_future().get());
}

TEST(Resolver, FindsLocalhostAndNothingForNonsense)
{
    const auto resolver = system_resolver();
    const auto local = run_blocking(resolver("localhost", deadline_in(Millis{5000})));
    ASSERT_TRUE(local) << to_string(local.error());
    for (const auto& address : *local)
        EXPECT_EQ(classify(address), AddressClass::loopback);
    const auto nonsense = run_blocking(resolver("nonsense.invalid", deadline_in(Millis{5000})));
    EXPECT_FALSE(nonsense);
}
} // namespace dmid::net
