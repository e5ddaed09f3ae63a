// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/delivery.hpp"

#include <utility>

namespace dmid::channels::xmpp
{
Delivery::Delivery(std::string its_id, std::string to, std::string stanza)
    : id{std::move(its_id)}
    , account{std::move(to)}
    , xml{std::move(stanza)}
{
}

bool Delivery::begin()
{
    const std::lock_guard lock{mutex_};
    begun_ = begun_ || !given_up_;
    return !given_up_;
}

void Delivery::finish(channel::Attempt attempt)
{
    {
        const std::lock_guard lock{mutex_};
        if (attempt_)
            return;
        attempt_ = std::move(attempt);
    }
    sleeper_->ring();
}

void Delivery::lost(const Error& why)
{
    channel::Attempt attempt;
    attempt.code = why.code;
    attempt.detail = why.context;
    {
        const std::lock_guard lock{mutex_};
        attempt.outcome = begun_ ? channel::Outcome::uncertain : channel::Outcome::unreachable;
    }
    finish(std::move(attempt));
}

bool Delivery::is_over() const
{
    const std::lock_guard lock{mutex_};
    return attempt_.has_value() || given_up_;
}

void Delivery::give_up()
{
    const std::lock_guard lock{mutex_};
    given_up_ = true;
}

net::Task<channel::Attempt> Delivery::wait(std::shared_ptr<Delivery> self, net::Deadline until)
{
    co_await Sleeper::sleep(self->sleeper_, until);
    self->give_up();
    const Error late{Errc::channel_timeout, "the server did not confirm in time"};
    self->lost(late); // unless it is over
    const std::lock_guard lock{self->mutex_};
    auto attempt = *self->attempt_;
    if (attempt.outcome == channel::Outcome::accepted || attempt.outcome == channel::Outcome::uncertain)
        attempt.known_as = {self->id};
    co_return attempt;
}
} // namespace dmid::channels::xmpp
