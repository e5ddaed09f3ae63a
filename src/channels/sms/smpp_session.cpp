// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_session.hpp"

#include "channels/sms/receipt_text.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace dmid::channels::sms
{
using channel::Outcome;

namespace
{
constexpr std::uint32_t kLastSequence = 0x7fffffff; // SMPP 3.4 §2.6.1
/// For what is said to a service that is no longer understood, or that said goodbye.
constexpr net::Millis kLastWord{500};
constexpr net::Millis kShortestTick{20};
constexpr net::Millis kLongestTick{1'000};

std::uint32_t number_of(Command command) noexcept
{
    return static_cast<std::uint32_t>(command);
}

Errc code_of(const Error& why) noexcept
{
    if (why.code == Errc::net_timeout)
        return Errc::channel_timeout;
    return why.code == Errc::net_protocol ? Errc::channel_peer_protocol : Errc::channel_unreachable;
}

std::string usable_id(const Pdu& pdu)
{
    const auto id = decode_message_id(pdu.body);
    const bool good = id && std::all_of(id->begin(), id->end(), [](char c) { return c > ' ' && c <= '~'; });
    return good ? *id : std::string{};
}
} // namespace

SmppSession::SmppSession(net::Stream stream, SmppReader reader, const SmppService& service, SmppTiming timing)
    : stream_{std::move(stream)}
    , reader_{std::move(reader)}
    , label_{service.label}
    , window_{std::clamp(service.window, 1U, 1000U)}
    , timing_{timing}
    , wake_{stream_.executor(), net::Deadline::max()}
    , heard_at_{std::chrono::steady_clock::now()}
{
}

net::Task<Error> SmppSession::live(SessionOwner& owner)
{
    using namespace boost::asio::experimental::awaitable_operators;
    owner_ = &owner;
    stream_.expires_never();
    auto ended = co_await (read() || write() || look_after());
    auto why = std::visit([](auto& error) { return std::move(error); }, ended);
    ended_ = why;
    if (!last_word_.empty())
    {
        stream_.expires_after(kLastWord);
        (void)co_await stream_.write(last_word_);
    }
    stream_.close();
    settle(why);
    co_return why;
}

net::Task<Error> SmppSession::read()
{
    while (!ended_)
    {
        auto pdu = co_await reader_.next();
        if (!pdu)
        {
            if (pdu.error().code == Errc::net_protocol)
                last_word_ = encode_pdu({number_of(Command::generic_nack),
                                         static_cast<std::uint32_t>(Status::invalid_command_length),
                                         0,
                                         {}});
            co_return std::move(pdu).error();
        }
        heard_at_ = std::chrono::steady_clock::now();
        if (!take(*std::move(pdu)))
            co_return Error{Errc::net_protocol, "the service sends nothing that makes sense"};
    }
    co_return *ended_;
}

net::Task<Error> SmppSession::write()
{
    for (;;)
    {
        while (out_.empty())
        {
            boost::system::error_code ignored;
            co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        }
        const auto batch = std::exchange(out_, {});
        for (const auto sequence : std::exchange(unwritten_, {}))
            if (const auto at = under_way_.find(sequence); at != under_way_.end())
                at->second.written = true;
        const auto written = co_await stream_.write(batch);
        if (!written)
            co_return written.error();
    }
}

net::Task<Error> SmppSession::look_after()
{
    const auto tick =
        std::clamp(std::min({timing_.response, timing_.enquire, timing_.linger, timing_.unbind}) / 4,
                   kShortestTick, kLongestTick);
    for (;;)
    {
        co_await net::sleep_for(tick);
        const auto now = std::chrono::steady_clock::now();
        expire(now);
        if (!unbinding_ && !owner_->wanted())
            unbind();
        if (unbinding_ && now >= unbind_until_)
            co_return Error{Errc::net_closed, "unbound without an answer"};
        if (out_.size() > kMostUnsent)
            co_return Error{Errc::net_timeout, "the service reads nothing"};
        if (enquiry_until_ && heard_at_ + timing_.response >= *enquiry_until_)
            enquiry_until_.reset(); // whatever it said since shows that it is there
        if (enquiry_until_ && now >= *enquiry_until_)
            co_return Error{Errc::net_timeout, "no answer to enquire_link"};
        if (!enquiry_until_ && now - heard_at_ >= timing_.enquire)
        {
            enquiry_until_ = now + timing_.response;
            post(number_of(Command::enquire_link), 0, next_sequence());
        }
    }
}

bool SmppSession::take(Pdu pdu)
{
    if (pdu.is_response())
        return take_response(pdu);
    if (pdu.is(Command::deliver_sm) || pdu.is(Command::data_sm))
        owner_->delivered(*this, std::move(pdu));
    else if (pdu.is(Command::enquire_link))
        post(pdu.command | kResponseBit, 0, pdu.sequence);
    else if (pdu.is(Command::unbind))
    {
        last_word_ = encode_pdu({pdu.command | kResponseBit, 0, pdu.sequence, {}});
        ended_ = Error{Errc::net_closed, "the service ended the session"};
    }
    else if (!pdu.is(Command::alert_notification))
    {
        post(number_of(Command::generic_nack), static_cast<std::uint32_t>(Status::invalid_command_id),
             pdu.sequence);
        return strange();
    }
    return true;
}

bool SmppSession::take_response(const Pdu& pdu)
{
    if (pdu.answers(Command::enquire_link))
        return std::exchange(enquiry_until_, std::nullopt) || strange();
    if (unbinding_ && pdu.answers(Command::unbind))
    {
        ended_ = Error{Errc::net_closed, "unbound"};
        return true;
    }
    const auto at = under_way_.find(pdu.sequence);
    if (at == under_way_.end() || !(pdu.answers(Command::submit_sm) || pdu.is(Command::generic_nack)))
        return strange();
    strange_ = 0;
    take_answer(at, pdu);
    return true;
}

void SmppSession::take_answer(Map::iterator at, const Pdu& pdu)
{
    const auto submission = std::move(at->second.submission);
    under_way_.erase(at);
    auto meaning = meaning_of(pdu.status);
    if (pdu.is(Command::generic_nack) && meaning == Meaning::good)
        meaning = Meaning::misread;
    Submitted out;
    out.detail = status_words(pdu.status);
    out.pause = owner_->answered(meaning);
    switch (meaning)
    {
    case Meaning::good:
        out.outcome = Outcome::accepted;
        if (const auto id = usable_id(pdu); !id.empty())
            out.message_id = message_name(label_, id);
        break;
    case Meaning::refused:
        out.outcome = Outcome::refused;
        out.code = Errc::channel_refused;
        break;
    case Meaning::deferred:
    case Meaning::throttled:
        out.outcome = Outcome::deferred;
        out.code = Errc::channel_deferred;
        break;
    case Meaning::misread:
        out.outcome = Outcome::deferred;
        out.code = Errc::channel_peer_protocol;
        break;
    case Meaning::denied:
        out.code = Errc::channel_auth_failed;
        break;
    case Meaning::unbound:
        // It holds us for not bound: only another bind helps.
        ended_ = Error{Errc::net_closed, out.detail};
        break;
    }
    submission->done->give(std::move(out));
    owner_->room();
}

bool SmppSession::in_use() const
{
    return std::any_of(under_way_.begin(), under_way_.end(),
                       [](const auto& one) { return !one.second.submission->done->gone(); });
}

void SmppSession::submit(SubmissionPtr submission)
{
    auto body = encode_short_message(submission->message);
    if (!body)
    {
        Submitted out;
        out.outcome = Outcome::refused;
        out.code = Errc::channel_refused;
        out.detail = "the message does not fit SMPP: " + body.error().context;
        submission->done->give(std::move(out));
        return;
    }
    const auto sequence = next_sequence();
    under_way_.emplace(sequence, UnderWay{std::move(submission), std::chrono::steady_clock::now()});
    unwritten_.push_back(sequence);
    post(number_of(Command::submit_sm), 0, sequence, *std::move(body));
}

void SmppSession::answer(std::uint32_t command, std::uint32_t sequence, Status status)
{
    // §4.6.2: the message id of a deliver_sm_resp is empty.
    post(command | kResponseBit, static_cast<std::uint32_t>(status), sequence, Bytes{0});
}

void SmppSession::unbind()
{
    if (unbinding_ || ended_)
        return;
    unbinding_ = true;
    unbind_until_ = net::deadline_in(timing_.unbind);
    post(number_of(Command::unbind), 0, next_sequence());
}

void SmppSession::expire(net::Deadline now)
{
    bool any = false;
    for (auto at = under_way_.begin(); at != under_way_.end();)
    {
        if (now - at->second.since < timing_.response)
        {
            ++at;
            continue;
        }
        Submitted out;
        out.outcome = at->second.written ? Outcome::uncertain : Outcome::unreachable;
        out.code = Errc::channel_timeout;
        out.detail = "no answer to submit_sm";
        at->second.submission->done->give(std::move(out));
        at = under_way_.erase(at);
        any = true;
    }
    if (any)
        owner_->room();
}

void SmppSession::settle(const Error& why)
{
    auto all = std::exchange(under_way_, {});
    for (auto at = all.rbegin(); at != all.rend(); ++at)
    {
        auto& [submission, since, written] = at->second;
        if (!written && submission->take_back())
        {
            owner_->unsent(std::move(submission));
            continue;
        }
        Submitted out;
        out.outcome = written ? Outcome::uncertain : Outcome::unreachable;
        out.code = code_of(why);
        out.detail = why.context;
        submission->done->give(std::move(out));
    }
}

void SmppSession::post(std::uint32_t command, std::uint32_t status, std::uint32_t sequence, Bytes body)
{
    if (ended_)
        return;
    append(out_, encode_pdu({command, status, sequence, std::move(body)}));
    wake_.cancel();
}

std::uint32_t SmppSession::next_sequence() noexcept
{
    // What waits for an answer for long is passed over when the numbers begin anew.
    do
        sequence_ = sequence_ >= kLastSequence ? 1 : sequence_ + 1;
    while (under_way_.contains(sequence_));
    return sequence_;
}
} // namespace dmid::channels::sms
