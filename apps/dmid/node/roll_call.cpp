// SPDX-License-Identifier: Apache-2.0
#include "node/roll_call.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace dmid::node
{
namespace
{
struct Roll
{
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t missing = 0;
};

net::Task<> answer(std::shared_ptr<Roll> roll)
{
    const std::lock_guard lock{roll->mutex};
    --roll->missing;
    roll->changed.notify_one();
    co_return;
}
} // namespace

bool all_respond(const std::vector<net::Executor>& executors, std::chrono::microseconds within)
{
    const auto roll = std::make_shared<Roll>();
    roll->missing = executors.size();
    for (const auto& executor : executors)
        net::spawn(executor, answer(roll));
    std::unique_lock lock{roll->mutex};
    return roll->changed.wait_for(lock, within, [&] { return roll->missing == 0; });
}
} // namespace dmid::node
