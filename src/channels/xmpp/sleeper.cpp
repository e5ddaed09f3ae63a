// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/sleeper.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace dmid::channels::xmpp
{
namespace asio = boost::asio;

/// Gets up even when the coroutine is destroyed in its sleep.
struct Sleeper::Lying
{
    Lying(Sleeper& bed, asio::steady_timer& timer)
        : sleeper{bed}
    {
        const std::lock_guard lock{sleeper.mutex_};
        sleeper.timer_ = &timer;
    }
    ~Lying()
    {
        const std::lock_guard lock{sleeper.mutex_};
        sleeper.timer_ = nullptr;
    }
    Lying(const Lying&) = delete;
    Lying& operator=(const Lying&) = delete;

    Sleeper& sleeper;
};

void Sleeper::ring()
{
    const std::lock_guard lock{mutex_};
    rang_ = true;
    if (timer_ == nullptr)
        return;
    // Under the lock: as long as the sleeper lies there, its context lives.
    asio::post(timer_->get_executor(),
               [self = shared_from_this()]
               {
                   const std::lock_guard waking{self->mutex_};
                   if (self->timer_ != nullptr)
                       self->timer_->cancel();
               });
}

net::Task<bool> Sleeper::sleep(std::shared_ptr<Sleeper> self, net::Deadline until)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, until};
    const Lying lying{*self, timer};
    const auto rang = [&self]
    {
        const std::lock_guard lock{self->mutex_};
        return std::exchange(self->rang_, false);
    };
    if (rang())
        co_return true;
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return rang();
}
} // namespace dmid::channels::xmpp
