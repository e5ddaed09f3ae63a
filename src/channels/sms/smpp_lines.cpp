// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_lines.hpp"

#include "channels/sms/smpp_line.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dmid::channels::sms
{
using channel::Outcome;

namespace
{
std::vector<Command> commands_of(Binds binds)
{
    switch (binds)
    {
    case Binds::transceiver:
        return {Command::bind_transceiver};
    case Binds::pair:
        return {Command::bind_transmitter, Command::bind_receiver};
    case Binds::transmitter:
        return {Command::bind_transmitter};
    case Binds::receiver:
        return {Command::bind_receiver};
    }
    return {};
}

Submitted put_off(net::Millis pause, std::string words)
{
    Submitted out;
    out.outcome = Outcome::deferred;
    out.code = Errc::channel_deferred;
    out.detail = std::move(words);
    out.pause = pause;
    return out;
}
} // namespace

SmppLines::SmppLines(net::Executor io, std::vector<SmppService> services, SmppTiming timing,
                     net::Dialer dialer)
    : io_{std::move(io)}
    , timing_{timing}
    , dialer_{std::move(dialer)}
    , timer_{io_}
{
    for (auto& service : services)
        for (const auto command : commands_of(service.binds))
            lines_.push_back(std::make_unique<Line>(*this, service, command));
    for (auto& service : services)
        secure_zero(service.password.data(), service.password.size());
}

SmppLines::~SmppLines() = default;

void SmppLines::submit(SubmissionPtr submission)
{
    boost::asio::post(io_, [self = shared_from_this(), taken = std::move(submission)]() mutable
                      { self->take(std::move(taken)); });
}

void SmppLines::hold(Delivered delivered)
{
    boost::asio::post(io_,
                      [self = shared_from_this(), tell = std::move(delivered)]() mutable
                      {
                          self->delivered_ = std::move(tell);
                          self->held_ = true;
                          self->ensure();
                      });
}

void SmppLines::release(std::shared_ptr<Handoff<bool>> done)
{
    boost::asio::post(io_,
                      [self = shared_from_this(), told = std::move(done)]() mutable
                      {
                          self->delivered_ = {};
                          self->held_ = false;
                          self->used_at_ = {};
                          self->released_.push_back(std::move(told));
                          for (auto& line : self->lines_)
                          {
                              line->timer.cancel();
                              if (line->session && !self->wanted())
                                  line->session->unbind();
                          }
                          self->ended();
                      });
}

void SmppLines::take(SubmissionPtr submission)
{
    if (waiting_.size() >= kMostWaiting)
    {
        submission->done->give(put_off(timing_.first_pause, "too many short messages wait"));
        return;
    }
    used_at_ = std::chrono::steady_clock::now();
    waiting_.push_back(std::move(submission));
    ensure();
    pump();
}

bool SmppLines::wanted() const
{
    if (held_ || !waiting_.empty() || std::chrono::steady_clock::now() - used_at_ < timing_.linger)
        return true;
    return std::any_of(lines_.begin(), lines_.end(),
                       [](const auto& line) { return line->session && line->session->in_use(); });
}

void SmppLines::ensure()
{
    const auto now = std::chrono::steady_clock::now();
    for (auto& line : lines_)
    {
        const bool of_use = held_ || line->sends();
        if (line->running || !of_use || (!held_ && now < line->pause_until))
            continue;
        line->running = true;
        line->state = Line::State::connecting;
        net::spawn(io_, keep(shared_from_this(), line.get()));
    }
}

net::Task<> SmppLines::keep(std::shared_ptr<SmppLines> self, Line* line)
{
    while (self->wanted())
    {
        line->state = Line::State::idle;
        if (std::chrono::steady_clock::now() < line->pause_until)
        {
            line->timer.expires_at(line->pause_until);
            boost::system::error_code ignored;
            co_await line->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
            continue;
        }
        line->state = Line::State::connecting;
        auto opened = co_await SmppSession::open(self->dialer_, line->service, line->bind, self->timing_);
        if (opened)
        {
            line->up(*opened);
            self->pump();
            auto why = co_await (*opened)->live(*line);
            const bool ours = line->down(std::move(why));
            if (ours)
                continue;
        }
        else
            line->failed(std::move(opened).error());
        self->pump();
        if (!self->held_)
            break;
    }
    line->running = false;
    line->state = Line::State::idle;
    self->ended();
}

void SmppLines::ended()
{
    if (std::any_of(lines_.begin(), lines_.end(), [](const auto& line) { return line->running; }))
        return;
    for (const auto& done : std::exchange(released_, {}))
        done->give(true);
}

SmppLines::Line* SmppLines::free_line(net::Deadline now, net::Deadline& next)
{
    for (std::size_t i = 0; i < lines_.size(); ++i)
    {
        auto& line = *lines_[(turn_ + i) % lines_.size()];
        const auto at = line.free_at();
        if (at && *at <= now)
        {
            turn_ = (turn_ + i + 1) % lines_.size();
            return &line;
        }
        if (at)
            next = std::min(next, *at);
    }
    return nullptr;
}

void SmppLines::pump()
{
    const auto now = std::chrono::steady_clock::now();
    auto next = net::Deadline::max();
    while (!waiting_.empty())
    {
        if (waiting_.front()->done->gone() || waiting_.front()->until <= now)
        {
            waiting_.pop_front();
            continue;
        }
        auto* line = free_line(now, next);
        if (line == nullptr)
            break;
        const auto submission = std::move(waiting_.front());
        waiting_.pop_front();
        if (submission->hand_over())
            line->submit(submission, now);
    }
    if (!waiting_.empty())
        answer_waiting(now);
    if (!waiting_.empty())
        wake_at(next);
}

void SmppLines::answer_waiting(net::Deadline now)
{
    bool hope = false;
    bool only_later = true; // those that are up were asked to slow down
    auto again = net::Deadline::max();
    const Error* why = nullptr;
    for (const auto& line : lines_)
    {
        if (!line->sends())
            continue;
        hope = hope || line->state != Line::State::idle;
        only_later = only_later && (line->state == Line::State::idle ||
                                    (line->state == Line::State::up && line->throttled(now)));
        if (line->state == Line::State::up)
            again = std::min(again, line->throttled_until);
        if (line->state == Line::State::idle)
            why = &line->last;
    }
    if (hope && !only_later)
        return;
    for (auto& submission : std::exchange(waiting_, {}))
    {
        if (hope && submission->until > again)
        {
            waiting_.push_back(std::move(submission));
            continue;
        }
        Submitted out;
        if (hope)
            out = put_off(std::chrono::ceil<net::Millis>(again - now), "the service asked to slow down");
        else if (why != nullptr)
        {
            out.code = why->code;
            out.detail = why->context;
        }
        submission->done->give(std::move(out));
    }
}

void SmppLines::wake_at(net::Deadline when)
{
    if (when == net::Deadline::max())
        return;
    timer_.expires_at(when);
    timer_.async_wait(
        [weak = weak_from_this()](const boost::system::error_code& error)
        {
            if (const auto self = weak.lock(); self && !error)
                self->pump();
        });
}
} // namespace dmid::channels::sms
