// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/link.hpp"

#include "net/io_pool.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <random>
#include <utility>

namespace dmid::channels::xmpp
{
namespace asio = boost::asio;

namespace
{
constexpr std::size_t kMaxUnsaid = 256;
} // namespace

struct Link::Impl
{
    Impl(LinkOptions with, net::Dialer over)
        : options{std::move(with)}
        , dialer{std::move(over)}
    {
    }

    /// Runs it on our thread, which the first call starts.
    template <class Act> void post(Act act)
    {
        std::call_once(started, [this] { pool.start(); });
        asio::post(executor, std::move(act));
    }

    bool is_wanted() const
    {
        return inlet != nullptr || !waiting.empty() || (session != nullptr && !session->is_idle());
    }
    void fail_waiting(const Error& why)
    {
        for (const auto& delivery : std::exchange(waiting, {}))
            delivery->lost(why);
    }
    /// ± 20 %, so that many nodes do not come back at once.
    net::Millis jittered(net::Millis pause)
    {
        return pause * std::uniform_int_distribution<int>{80, 120}(random) / 100;
    }

    void start();
    void submit(DeliveryPtr delivery);
    void abandon(const DeliveryPtr& delivery);
    void idle();
    net::Task<> serve();
    net::Task<bool> serve_once(OpenStream open);
    net::Task<> pause(net::Millis duration);

    LinkOptions options;
    net::Dialer dialer;
    std::once_flag started;
    net::IoPool pool{1}; // before whatever lives on it
    net::Executor executor = pool.executor(0);
    asio::cancellation_signal cut;
    asio::steady_timer pause_timer{executor};
    asio::steady_timer linger_timer{executor};
    std::minstd_rand random{std::random_device{}()};
    std::shared_ptr<Inlet> inlet;
    std::deque<DeliveryPtr> waiting;
    std::deque<Element> unsaid; // answers that wait for the connection to come back
    std::shared_ptr<Session> session;
    Error last{Errc::channel_unreachable, {}};
    channel::Troubles troubles;
    net::Deadline tried = net::Deadline::min();
    bool running = false;
    bool pausing = false;
};

void Link::Impl::start()
{
    if (std::exchange(running, true))
        return;
    auto over = [this](std::exception_ptr)
    {
        // Cut off in the middle, or no longer wanted; what came meanwhile begins anew.
        const Error why{Errc::channel_unreachable, "the connection was given up"};
        running = pausing = false;
        if (session)
            std::exchange(session, nullptr)->end(why);
        if (is_wanted())
            start();
    };
    asio::co_spawn(executor, serve(), asio::bind_cancellation_slot(cut.slot(), std::move(over)));
}

void Link::Impl::submit(DeliveryPtr delivery)
{
    if (delivery->is_over())
        return;
    linger_timer.cancel();
    if (session && !session->is_leaving())
        return session->submit(std::move(delivery));
    if (pausing)
    {
        const bool hopeless = last.code != Errc::channel_unreachable && last.code != Errc::channel_timeout;
        if (hopeless || std::chrono::steady_clock::now() - tried < options.backoff)
            return delivery->lost(last);
        pause_timer.cancel();
    }
    waiting.push_back(std::move(delivery));
    start();
}

void Link::Impl::abandon(const DeliveryPtr& delivery)
{
    std::erase(waiting, delivery);
    if (running && !is_wanted())
        cut.emit(asio::cancellation_type::terminal);
}

void Link::Impl::idle()
{
    if (is_wanted())
        return;
    linger_timer.expires_after(options.linger);
    linger_timer.async_wait(
        [this](const boost::system::error_code& error)
        {
            if (!error && !is_wanted() && session)
                session->leave();
        });
}

net::Task<> Link::Impl::pause(net::Millis duration)
{
    pausing = true;
    pause_timer.expires_after(duration);
    boost::system::error_code ignored;
    co_await pause_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    pausing = false;
}

/// True where it was us who ended it.
net::Task<bool> Link::Impl::serve_once(OpenStream open)
{
    auto sink = [this](Incoming item) { return inlet && inlet->push(std::move(item)); };
    session = std::make_shared<Session>(std::move(open), options.server.domain, options.times,
                                        std::move(sink), [this] { idle(); });
    for (auto& delivery : std::exchange(waiting, {}))
        session->submit(std::move(delivery));
    for (const auto& stanza : std::exchange(unsaid, {}))
        session->say(stanza);
    idle();
    last = co_await Session::read(session);
    const bool left = session->is_leaving();
    std::exchange(session, nullptr)->end(last);
    co_return left;
}

net::Task<> Link::Impl::serve()
{
    /// A connection that lasted so long was a good one: the next pause is the first again.
    constexpr net::Millis kGood{30'000};
    auto wait = options.backoff;
    while (is_wanted())
    {
        tried = std::chrono::steady_clock::now();
        auto open =
            co_await open_component(dialer, options.server, net::deadline_in(options.connect_timeout));
        if (open)
        {
            troubles.clear({});
            const auto since = std::chrono::steady_clock::now();
            const bool left = co_await serve_once(std::move(*open));
            if (left)
                continue;
            troubles.set({}, last);
            if (std::chrono::steady_clock::now() - since > kGood)
                wait = options.backoff;
        }
        else
        {
            last = std::move(open).error();
            troubles.set({}, last);
            fail_waiting(last);
        }
        if (!is_wanted())
            break;
        co_await pause(jittered(wait));
        wait = std::min(wait * 2, options.backoff * 64);
    }
}

Link::Link(LinkOptions options, net::Dialer dialer)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(dialer))}
{
}

Link::~Link()
{
    impl_->pool.stop();
    impl_->pool.join();
}

void Link::submit(DeliveryPtr delivery)
{
    impl_->post([impl = impl_.get(), delivery = std::move(delivery)]() mutable
                { impl->submit(std::move(delivery)); });
}

void Link::abandon(DeliveryPtr delivery)
{
    impl_->post([impl = impl_.get(), delivery = std::move(delivery)] { impl->abandon(delivery); });
}

void Link::say(Element stanza)
{
    impl_->post(
        [impl = impl_.get(), stanza = std::move(stanza)]() mutable
        {
            if (impl->session && !impl->session->is_leaving())
                impl->session->say(stanza);
            else if (impl->inlet && impl->unsaid.size() < kMaxUnsaid)
                impl->unsaid.push_back(std::move(stanza));
        });
}

void Link::listen(std::shared_ptr<Inlet> inlet)
{
    impl_->post(
        [impl = impl_.get(), inlet = std::move(inlet)]() mutable
        {
            impl->inlet = std::move(inlet);
            impl->pause_timer.cancel();
            impl->linger_timer.cancel();
            impl->start();
        });
}

void Link::unlisten()
{
    impl_->post(
        [impl = impl_.get()]
        {
            impl->inlet.reset();
            impl->unsaid.clear();
            if (impl->session && !impl->is_wanted())
                impl->session->leave();
            else if (impl->running && !impl->is_wanted())
                impl->cut.emit(asio::cancellation_type::terminal);
        });
}

std::string Link::trouble() const
{
    return impl_->troubles.words();
}
} // namespace dmid::channels::xmpp
