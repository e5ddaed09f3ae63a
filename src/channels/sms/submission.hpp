// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "channel/channel.hpp"
#include "channels/sms/handoff.hpp"
#include "channels/sms/smpp_pdu.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace dmid::channels::sms
{
/// What came of one submit_sm.
struct Submitted
{
    channel::Outcome outcome = channel::Outcome::unreachable;
    Errc code = Errc::channel_unreachable;
    std::string detail;               ///< printable; the service's status, no addresses
    std::string message_id;           ///< of `accepted`: with the service's label in front
    std::optional<net::Millis> pause; ///< of `deferred`: not before
};

/// One submit_sm on its way, shared between the thread of send() and that of the connections. Whoever is
/// first decides: once it is handed over it cannot be called back, and once it is called back it is never
/// handed over.
class Submission
{
public:
    Submission(ShortMessage a_message, net::Deadline an_until)
        : message{std::move(a_message)}
        , until{an_until}
    {
    }
    bool hand_over() noexcept { return decide(State::waiting, State::handed_over); }
    /// False: it may have left already.
    bool call_back() noexcept { return decide(State::waiting, State::called_back); }
    /// By whoever it was handed to, where nothing of it has left: it waits as before.
    bool take_back() noexcept { return decide(State::handed_over, State::waiting); }

    const ShortMessage message;
    const net::Deadline until; ///< for a place in a window
    const std::shared_ptr<Handoff<Submitted>> done = Handoff<Submitted>::make();

private:
    enum class State : std::uint8_t
    {
        waiting,
        handed_over,
        called_back,
    };
    bool decide(State from, State to) noexcept { return state_.compare_exchange_strong(from, to); }
    std::atomic<State> state_{State::waiting};
};
using SubmissionPtr = std::shared_ptr<Submission>;
} // namespace dmid::channels::sms
