// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/handoff.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dmid::channels::sms
{
HandoffWait::Here::Here(HandoffWait& wait, boost::asio::steady_timer& timer)
    : wait_{wait}
{
    const std::lock_guard lock{wait_.mutex_};
    wait_.timer_ = &timer;
    wait_.executor_ = timer.get_executor();
}

HandoffWait::Here::~Here()
{
    const std::lock_guard lock{wait_.mutex_};
    wait_.gone_ = true;
    wait_.timer_ = nullptr;
    wait_.executor_ = {};
}

void HandoffWait::end()
{
    const std::lock_guard lock{mutex_};
    ready_ = true;
    wake_up();
}

bool HandoffWait::gone() const
{
    const std::lock_guard lock{mutex_};
    return gone_;
}

bool HandoffWait::is_ready() const
{
    const std::lock_guard lock{mutex_};
    return ready_;
}

net::Task<> HandoffWait::wait(net::Deadline until)
{
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, until};
    const Here here{*this, timer};
    if (is_ready())
        co_return;
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

void HandoffWait::wake_up()
{
    if (timer_ == nullptr)
        return;
    // Whoever waits needs the lock before it can end: its context lives at least as long as this post.
    boost::asio::post(executor_, [self = shared_from_this()] { self->wake(); });
}

void HandoffWait::wake()
{
    const std::lock_guard lock{mutex_};
    if (timer_ != nullptr)
        timer_->cancel();
}
} // namespace dmid::channels::sms
