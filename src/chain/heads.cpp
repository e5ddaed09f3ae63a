// SPDX-License-Identifier: Apache-2.0
#include "chain/heads.hpp"

#include "chain/head_message.hpp"
#include "net/url.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace dmid::chain
{
struct HeadWatch::Source
{
    std::string label;
    std::string url;
    std::weak_ptr<net::WebSocket> socket; // its session's
    net::Deadline last_head{};
    bool live = false;
};

namespace
{
// Whoever rings finds the timer for as long as its waiter waits.
struct Lent
{
    boost::asio::steady_timer*& place;
    Lent(boost::asio::steady_timer*& where, boost::asio::steady_timer& timer)
        : place{where}
    {
        place = &timer;
    }
    ~Lent() { place = nullptr; }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
};
} // namespace

HeadWatch::HeadWatch(const net::Dialer& dialer, const std::vector<EndpointConfig>& endpoints,
                     HeadWatchOptions options)
    : dialer_{dialer}
    , options_{options}
{
    for (const auto& endpoint : endpoints)
    {
        if (endpoint.ws_url.empty())
            continue;
        auto source = std::make_shared<Source>();
        source->label = endpoint.label;
        source->url = endpoint.ws_url;
        sources_.push_back(std::move(source));
    }
}

HeadWatch::~HeadWatch() = default;

void HeadWatch::start(net::Executor executor)
{
    for (const auto& source : sources_)
        net::spawn(executor, listen(source));
}

void HeadWatch::stop()
{
    stopped_ = true;
    for (const auto& source : sources_)
        if (const auto socket = source->socket.lock())
            socket->abort();
    ring();
}

void HeadWatch::ring()
{
    if (bell_ != nullptr)
        bell_->cancel();
}

void HeadWatch::announced(Source& source)
{
    source.last_head = std::chrono::steady_clock::now();
    rung_ = true;
    ring();
}

// One connection, from dialling to its end.
net::Task<Result<>> HeadWatch::session(Source& source)
{
    DMID_CO_TRY(auto url, net::parse_url(source.url));
    net::WebSocketOptions options;
    options.idle_timeout = options_.ping_after;
    options.guard = net::Guard::configured;
    DMID_CO_TRY(const auto socket, co_await net::connect_websocket(dialer_, std::move(url), options));
    source.socket = socket;
    auto ended = co_await listen_on(source, socket);
    socket->abort();
    co_return ended;
}

// What an open connection says, from the question to its end.
net::Task<Result<>> HeadWatch::listen_on(Source& source, net::WebSocketPtr socket)
{
    source.last_head = std::chrono::steady_clock::now();
    DMID_CO_TRY(co_await socket->write(subscribe_heads()));
    std::string subscription;
    for (;;)
    {
        DMID_CO_TRY(const auto text, co_await socket->read());
        DMID_CO_TRY(const auto message, parse_head_message(text));
        if (const auto* refused = std::get_if<HeadsRefused>(&message))
            co_return fail(Errc::chain_rpc_error, refused->words);
        if (const auto* yes = std::get_if<HeadsSubscribed>(&message))
        {
            if (!subscription.empty())
                co_return fail(Errc::chain_bad_answer, "subscribed twice");
            subscription = yes->subscription;
            source.live = true;
            ++live_;
        }
        else if (const auto* head = std::get_if<HeadAnnounced>(&message))
        {
            if (subscription.empty() || head->subscription != subscription)
                co_return fail(Errc::chain_bad_answer, "a head of another subscription");
            announced(source);
        }
    }
}

net::Task<> HeadWatch::listen(std::shared_ptr<Source> source)
{
    auto pause = options_.first_retry;
    while (!stopped_)
    {
        const auto ended = co_await session(*source);
        if (std::exchange(source->live, false))
        {
            --live_;
            pause = options_.first_retry;
            ring(); // who waits slowly looks for itself again
        }
        if (stopped_)
            co_return;
        // The words of net may quote the URL, and with it a key: only the code's public name goes on.
        if (on_loss && !ended)
            on_loss(source->label, std::string{name(ended.error().code)});
        co_await net::sleep_for(pause);
        pause = std::min(pause * 2, options_.last_retry);
    }
}

// An endpoint that answers pings and announces nothing would keep us on the slow poll.
void HeadWatch::give_up_silent()
{
    const auto now = std::chrono::steady_clock::now();
    for (const auto& source : sources_)
        if (const auto socket = source->socket.lock();
            socket && now - source->last_head > options_.head_within)
            socket->abort();
}

net::Task<> HeadWatch::wait(net::Millis fast, net::Millis slow)
{
    const auto until = net::deadline_in(live_ > 0 ? slow : fast);
    co_await net::sleep_for(std::min(fast, options_.least_pause));
    give_up_silent();
    if (!rung_ && !stopped_)
    {
        boost::asio::steady_timer timer{co_await net::current_executor(), until};
        const Lent lent{bell_, timer};
        co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    rung_ = false;
}
} // namespace dmid::chain
