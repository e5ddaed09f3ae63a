// SPDX-License-Identifier: Apache-2.0
#include "gateway/worker.hpp"

#include "net/on_completion.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <chrono>
#include <utility>

namespace dmid::gateway
{
namespace
{
namespace asio = boost::asio;

/// A claim lapses after this time: longer than any attempt may take (milliseconds).
constexpr UnixMillis kLeaseMs = 90'000;
/// The longest sleep: a wall clock that jumps delays work by no more.
constexpr UnixMillis kLongestSleepMs = 5'000;
/// How long the end of one turn waits for the ends of others before the next claim. A claim is a commit: one
/// for each item would bound the queue to one commit after the other.
constexpr std::chrono::milliseconds kGather{2};
/// Items whose turn is over and whose outcome is not durable yet: at most so many times `parallel`.
constexpr std::size_t kRecording = 3;
} // namespace

struct Worker::Impl : std::enable_shared_from_this<Worker::Impl>
{
    Impl(Context& c, net::Executor e, std::uint16_t q, std::size_t p, Handler h)
        : context{c}
        , executor{e}
        , timer{e}
        , gathering{e}
        , queue{q}
        , parallel{p}
        , handler{std::move(h)}
    {
    }

    Context& context;
    net::Executor executor;
    asio::steady_timer timer;
    asio::steady_timer gathering;
    std::uint16_t queue;
    std::size_t parallel;
    Handler handler;
    std::atomic<std::size_t> running = 0;
    std::size_t turns = 0; ///< of those that run, how many keep others waiting
    std::atomic<bool> claiming = false;
    std::atomic<bool> waking = false;
    bool woken = false;
    bool ended = false; ///< a turn, since the last claim
    bool stopping = false;
    std::size_t bell = 0;

    /// From any thread; every append rings, and one look serves all that rang before it.
    void wake()
    {
        if (waking.exchange(true))
            return;
        asio::post(executor,
                   [self = shared_from_this()]
                   {
                       self->waking = false;
                       self->woken = true;
                       self->timer.cancel();
                   });
    }

    std::size_t free() const
    {
        const auto most = parallel * (kRecording + 1);
        return running >= most ? 0 : std::min(parallel - turns, most - running);
    }

    void end_turn(bool& mine)
    {
        if (!std::exchange(mine, false))
            return;
        --turns;
        ended = woken = true;
        timer.cancel();
        if (2 * turns <= parallel)
            gathering.cancel();
    }

    net::Task<> one(store::WorkItem item)
    {
        const auto mine = std::make_shared<bool>(true);
        Turn turn{[self = shared_from_this(), mine] { self->end_turn(*mine); }};
        co_await handler(std::move(item), std::move(turn));
        --running;
        end_turn(*mine);
        woken = true;
        timer.cancel();
    }

    /// Where others are under way still, some of them may be about to end too.
    net::Task<> gather()
    {
        if (!std::exchange(ended, false) || 2 * turns <= parallel)
            co_return;
        gathering.expires_after(kGather);
        boost::system::error_code ignored;
        co_await gathering.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    /// Takes what is due and free to be taken, and begins it. False where there was nothing.
    net::Task<bool> claim()
    {
        claiming = true;
        store::ClaimWanted what{queue, context.clock.now_ms(), kLeaseMs, free()};
        auto start = [&mailbox = context.mailbox, what](auto done)
        { mailbox.submit_claim(what, std::move(done)); };
        auto items = co_await net::on_completion<Result<std::vector<store::WorkItem>>>(std::move(start));
        if (!items)
        {
            claiming = false;
            context.alarms.raise("store", "work cannot be claimed: " + std::string{name(items.error().code)},
                                 context.clock.now());
            co_return false;
        }
        for (auto& item : *items)
        {
            ++running;
            ++turns;
            auto self = shared_from_this();
            net::spawn(executor, hold(std::move(self), std::move(item)));
        }
        claiming = false;
        co_return !items->empty();
    }

    static net::Task<> hold(std::shared_ptr<Impl> self, store::WorkItem item)
    {
        co_await self->one(std::move(item));
    }

    /// Milliseconds until the queue's next item, bounded.
    UnixMillis until_due() const
    {
        if (free() == 0)
            return kLongestSleepMs;
        const auto due = context.mailbox.next_due(queue);
        if (!due || !*due)
            return kLongestSleepMs;
        return std::clamp<UnixMillis>(**due - context.clock.now_ms(), 0, kLongestSleepMs);
    }

    static net::Task<> run(std::shared_ptr<Impl> self)
    {
        while (!self->stopping)
        {
            self->woken = false;
            auto sleep = self->until_due();
            if (sleep == 0)
            {
                co_await self->gather();
                if (self->stopping)
                    co_return;
                const bool any = co_await self->claim();
                if (any)
                    continue;
                // Due, but not to be had: somebody else's, or an error. Do not spin.
                sleep = 100;
            }
            if (self->woken)
                continue;
            self->timer.expires_after(std::chrono::milliseconds{sleep});
            boost::system::error_code ignored;
            co_await self->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }
};

Worker::Worker(Context& context, net::Executor executor, std::uint16_t queue, std::size_t parallel,
               Handler handler)
    : impl_{std::make_shared<Impl>(context, executor, queue, parallel, std::move(handler))}
{
}

Worker::~Worker()
{
    stop();
}

void Worker::start()
{
    impl_->bell = impl_->context.bell.listen([impl = impl_] { impl->wake(); });
    net::spawn(impl_->executor, Impl::run(impl_));
}

bool Worker::idle() const noexcept
{
    // In this order: what was claimed runs before the claim is over.
    return !impl_->claiming && impl_->running == 0;
}

void Worker::stop()
{
    if (impl_->bell != 0)
        impl_->context.bell.unlisten(std::exchange(impl_->bell, 0));
    asio::post(impl_->executor,
               [impl = impl_]
               {
                   impl->stopping = true;
                   impl->timer.cancel();
               });
}
} // namespace dmid::gateway
