// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/sms_sender.hpp"

#include "crypto/sha256.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::sms
{
using channel::Attempt;
using channel::Outcome;

namespace
{
/// Beyond the deadline, for the answer that the connections' thread is about to give.
constexpr net::Millis kGrace{50};

Attempt failed(Outcome outcome, Errc code, std::string detail)
{
    Attempt out;
    out.outcome = outcome;
    out.code = code;
    out.detail = std::move(detail);
    return out;
}

Attempt not_allowed(const Error& error, UnixMillis now)
{
    if (error.code == Errc::channel_refused)
        return failed(Outcome::refused, error.code, error.context);
    auto out = failed(Outcome::deferred, Errc::channel_deferred, error.context);
    if (error.code == Errc::channel_deferred)
        out.retry_at = Spending::until_tomorrow(now);
    else
        out.detail = "the counters of short messages cannot be written: " + std::string{name(error.code)};
    return out;
}

Hash32 key_of_text(const Hash32& id, std::string_view phone, std::string_view words)
{
    return crypto::Sha256{}
        .update(id.view())
        .update(as_bytes(phone))
        .update(as_bytes("\n"))
        .update(as_bytes(words))
        .finish();
}
} // namespace

SmsSender::SmsSender(const SmsOptions& options, const Clock& clock, std::shared_ptr<SmppLines> lines,
                     SentTo& sent_to)
    : options_{options}
    , clock_{clock}
    , lines_{std::move(lines)}
    , sent_to_{sent_to}
    , spending_{options.spending}
{
}

net::Task<Attempt> SmsSender::send(Text text, UnixMillis deadline)
{
    const auto now = clock_.now_ms();
    const auto* rule = text.from ? nullptr : source_for(options_.sources, text.phone);
    if (!text.from && rule == nullptr)
        co_return failed(Outcome::refused, Errc::channel_refused,
                         "no sender address is configured for this destination");
    Going going;
    going.key = key_of_text(text.id, text.phone, text.words);
    // The same at every attempt, also after a restart: a phone joins parts of two attempts.
    const auto reference = static_cast<std::uint16_t>(going.key.bytes[0] << 8U | going.key.bytes[1]);
    auto composed =
        compose_sms(options_, text.from ? *text.from : rule->source, text.phone, text.words, reference);
    if (!composed)
        co_return failed(Outcome::refused, composed.error().code, composed.error().context);
    going.text = *std::move(composed);
    going.taken = sent_parts_.of(going.key, going.text.parts.size());
    going.left = going.text.charged;
    if (going.text.charged == going.text.parts.size())
        going.left =
            static_cast<std::size_t>(std::count(going.taken.begin(), going.taken.end(), std::nullopt));
    else if (going.taken.front())
        going.left = 0;
    const auto allowed = going.left > 0 ? spending_.take(text.phone, going.left, now) : Result<>{};
    if (!allowed)
        co_return not_allowed(allowed.error(), now);
    going.phone = std::move(text.phone);
    going.until = net::deadline_in(net::Millis{std::max<UnixMillis>(deadline - now, 0)});
    co_return co_await send_parts(std::move(going));
}

net::Task<Submitted> SmsSender::submit(ShortMessage message, net::Deadline until)
{
    const auto submission = std::make_shared<Submission>(std::move(message), until);
    lines_->submit(submission);
    auto answer = co_await Handoff<Submitted>::take(submission->done, until + kGrace);
    if (answer)
        co_return *std::move(answer);
    Submitted out;
    out.outcome = submission->call_back() ? Outcome::unreachable : Outcome::uncertain;
    out.code = Errc::channel_timeout;
    out.detail =
        out.outcome == Outcome::uncertain ? "no answer to submit_sm" : "no connection was free in time";
    co_return out;
}

net::Task<Attempt> SmsSender::send_parts(Going going)
{
    Submitted last;
    last.outcome = Outcome::accepted;
    for (std::size_t part = 0; part < going.taken.size(); ++part)
    {
        if (going.taken[part])
            continue;
        auto message = going.text.parts[part];
        last = co_await submit(std::move(message), going.until);
        // What may have arrived was paid for.
        if (last.outcome == Outcome::accepted || last.outcome == Outcome::uncertain)
            going.left -= std::min(going.left, going.text.charged / going.taken.size());
        if (last.outcome != Outcome::accepted)
            break;
        sent_parts_.took(going.key, going.taken.size(), part, last.message_id);
        going.taken[part] = last.message_id;
        if (!last.message_id.empty())
            sent_to_.sent(last.message_id, going.phone);
    }
    spending_.give_back(going.phone, going.left, clock_.now_ms());
    co_return outcome(going, last);
}

Attempt SmsSender::outcome(const Going& going, const Submitted& last) const
{
    Attempt out;
    out.outcome = last.outcome;
    for (const auto& id : going.taken)
        if (id && !id->empty() && out.known_as.size() < channel::kMostKnownAs)
            out.known_as.push_back(*id);
    if (!out.known_as.empty())
        out.remote_id = out.known_as.front();
    if (last.outcome == Outcome::accepted)
        return out;
    out.code = last.code;
    out.detail = last.detail;
    if (last.pause)
        out.retry_at = clock_.now_ms() + last.pause->count();
    const auto accepted =
        going.taken.size() -
        static_cast<std::size_t>(std::count(going.taken.begin(), going.taken.end(), std::nullopt));
    if (accepted == 0)
        return out;
    // Some of it is on its way: `nothing was handed over` would be wrong.
    if (out.outcome == Outcome::unreachable)
        out.outcome = Outcome::uncertain;
    out.detail = std::to_string(accepted) + " of " + std::to_string(going.taken.size()) +
                 " parts were accepted, then: " + out.detail;
    return out;
}
} // namespace dmid::channels::sms
