// SPDX-License-Identifier: Apache-2.0
#include "net/io_pool.hpp"

#include "net/posting_guard.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace dmid::net
{
namespace asio = boost::asio;

namespace
{
struct Lane
{
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread;
};

/// The signals that the process handles in its main thread, and SIGPIPE, which nobody wants.
sigset_t quiet_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, signal);
    return set;
}
} // namespace

struct IoPool::Impl
{
    std::vector<std::unique_ptr<Lane>> lanes;
    std::atomic<std::size_t> turn{0};
    std::atomic<bool> started{false};
};

IoPool::IoPool(std::size_t threads)
    : impl_{std::make_unique<Impl>()}
{
    if (threads == 0)
        threads = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < threads; ++i)
        impl_->lanes.push_back(std::make_unique<Lane>());
}

IoPool::~IoPool()
{
    stop();
    join();
    PostingGuard::wait_for_all();
}

void IoPool::start()
{
    if (impl_->started.exchange(true))
        return;
    const auto quiet = quiet_signals();
    sigset_t before;
    // A thread inherits the mask of the one that makes it.
    pthread_sigmask(SIG_BLOCK, &quiet, &before);
    for (auto& lane : impl_->lanes)
        lane->thread = std::thread{[context = &lane->context] { context->run(); }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void IoPool::stop()
{
    for (auto& lane : impl_->lanes)
        lane->context.stop();
}

void IoPool::join()
{
    for (auto& lane : impl_->lanes)
        if (lane->thread.joinable())
            lane->thread.join();
}

std::size_t IoPool::size() const noexcept
{
    return impl_->lanes.size();
}

Executor IoPool::executor(std::size_t i) const
{
    return impl_->lanes.at(i)->context.get_executor();
}

Executor IoPool::next()
{
    return executor(impl_->turn.fetch_add(1, std::memory_order_relaxed) % size());
}
} // namespace dmid::net
