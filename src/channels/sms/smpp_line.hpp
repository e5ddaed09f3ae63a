// SPDX-License-Identifier: Apache-2.0
// Private to SmppLines: one connection that is made again and again.
#pragma once

#include "channels/sms/smpp_lines.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
class SmppLines::Line final : public SessionOwner
{
public:
    enum class State : std::uint8_t
    {
        idle, ///< nothing is there, and may be after pause_until
        connecting,
        up,
    };

    Line(SmppLines& a_lines, SmppService a_service, Command a_bind)
        : lines{a_lines}
        , service{std::move(a_service)}
        , bind{a_bind}
        , timer{a_lines.io_}
    {
    }

    ~Line() override { secure_zero(service.password.data(), service.password.size()); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    bool sends() const noexcept { return bind != Command::bind_receiver; }
    bool throttled(net::Deadline now) const noexcept { return now < throttled_until; }

    /// When it may send the next message; nothing while it cannot.
    std::optional<net::Deadline> free_at() const
    {
        if (!sends() || state != State::up || !session->has_room())
            return std::nullopt;
        return std::max(throttled_until, next_slot);
    }
    void submit(SubmissionPtr submission, net::Deadline now)
    {
        if (service.messages_per_second > 0)
        {
            // A timer may wake late: what was missed in a twentieth of a second is caught up.
            const auto each = std::chrono::duration<double>{1 / service.messages_per_second};
            next_slot = std::max(next_slot, now - std::chrono::milliseconds{50}) +
                        std::chrono::duration_cast<net::Deadline::duration>(each);
        }
        session->submit(std::move(submission));
    }
    /// Doubles with every failure in a row.
    net::Millis pause() const
    {
        const auto doubled = std::min(failures > 0 ? failures - 1 : 0U, 16U);
        return std::min(lines.timing_.first_pause * (1U << doubled), lines.timing_.longest_pause);
    }

    void up(std::shared_ptr<SmppSession> opened)
    {
        session = std::move(opened);
        state = State::up;
        lines.troubles_.clear(service.label);
        up_since = std::chrono::steady_clock::now();
        next_slot = {};
    }
    void failed(Error why)
    {
        lines.troubles_.set(service.label, why);
        last = std::move(why);
        state = State::idle;
        ++failures;
        pause_until = net::deadline_in(pause());
    }
    /// The session has ended: true where it was we who ended it, since nothing needed it.
    bool down(Error why)
    {
        const bool ours = session->unbinding();
        session.reset();
        state = State::connecting;
        if (ours)
            return true;
        if (std::chrono::steady_clock::now() - up_since > lines.timing_.longest_pause)
            failures = 0;
        failed({Errc::channel_unreachable, std::move(why.context)});
        return false;
    }

    bool wanted() const override { return lines.wanted(); }
    std::optional<net::Millis> answered(Meaning meaning) override
    {
        const auto now = std::chrono::steady_clock::now();
        lines.used_at_ = now;
        if (meaning == Meaning::good)
        {
            throttle = net::Millis{0};
            failures = 0;
        }
        if (meaning != Meaning::throttled)
            return std::nullopt;
        // The answers to a whole window are one request to slow down.
        if (!throttled(now))
        {
            throttle = std::clamp(throttle * 2, lines.timing_.first_pause, lines.timing_.longest_pause);
            throttled_until = now + throttle;
        }
        return std::chrono::ceil<net::Millis>(throttled_until - now);
    }
    void room() override { lines.pump(); }
    void unsent(SubmissionPtr submission) override { lines.waiting_.push_front(std::move(submission)); }
    void delivered(SmppSession& from, Pdu pdu) override
    {
        if (lines.delivered_)
            lines.delivered_(from, std::move(pdu));
        else
            from.answer(pdu.command, pdu.sequence, Status::temporary_error);
    }

    SmppLines& lines;
    SmppService service;
    const Command bind;
    boost::asio::steady_timer timer; ///< the pause
    State state = State::idle;
    bool running = false; ///< keep() is
    std::shared_ptr<SmppSession> session;
    unsigned failures = 0;
    net::Deadline up_since;
    net::Deadline pause_until;
    Error last; ///< why it is not up
    net::Millis throttle{0};
    net::Deadline throttled_until;
    net::Deadline next_slot;
};
} // namespace dmid::channels::sms
