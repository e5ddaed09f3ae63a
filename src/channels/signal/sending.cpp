// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/sending.hpp"

#include "channels/signal/address.hpp"
#include "chat/text_split.hpp"

#include <algorithm>
#include <utility>

namespace dmid::channels::signal
{
namespace
{
using channel::Outcome;

constexpr net::Millis kSayPatience{10'000};
/// More than that at once the node never has to say.
constexpr std::size_t kMostSaid = 4;
/// The least that a service is left alone that asks for it.
constexpr std::chrono::seconds kLeastWait{5};

SendMeaning refused(Errc code, std::string words)
{
    SendMeaning out;
    out.code = code;
    out.detail = std::move(words);
    return out;
}
} // namespace

RpcCall Sending::call_to(const Way& way, const char* method) const
{
    RpcCall call;
    call.method = method;
    call.params["account"] = account_;
    call.params["recipient"] = boost::json::array{boost::json::string{way.address}};
    return call;
}

RpcCall Sending::look_up(const std::string& number) const
{
    RpcCall call;
    call.method = "getUserStatus";
    call.params["account"] = account_;
    call.params["recipient"] = boost::json::array{boost::json::string{number}};
    return call;
}

void Sending::add_quote(RpcCall& call, const Way& way, const std::string& quotes) const
{
    const auto name = parse_message_name(quotes, way.address);
    if (!name)
        return;
    call.params["quoteTimestamp"] = name->timestamp;
    call.params["quoteAuthor"] = name->ours ? account_ : way.address;
}

net::Task<SendMeaning> Sending::deliver(Way way, RpcCall call)
{
    SendMeaning out;
    if (std::chrono::steady_clock::now() >= way.deadline)
    {
        out.outcome = Outcome::unreachable;
        out.code = Errc::channel_timeout;
        out.detail = "no time was left";
        co_return out;
    }
    auto called = co_await daemon_.call(std::move(call), way.deadline);
    if (!called.answer)
    {
        out.outcome = called.handed_over ? Outcome::uncertain : Outcome::unreachable;
        out.code = called.answer.error().code;
        out.detail = called.answer.error().context;
        if (out.code == Errc::channel_too_large)
            out.outcome = Outcome::refused;
        co_return out;
    }
    out = meaning_of_send(*called.answer);
    if (out.key_changed)
        suspects_.add(way.address);
    if (out.wants_captcha || out.outcome == Outcome::accepted)
        wants_captcha_ = out.wants_captcha;
    co_return out;
}

net::Task<SendMeaning> Sending::send_steps(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                           chat::Progress::Done& done)
{
    const auto steps = plan(message);
    SendMeaning out;
    out.outcome = Outcome::accepted;
    for (bool repeated = leg.repeated; done.steps < steps.size(); repeated = false)
    {
        const auto& step = steps[done.steps];
        auto call = call_to(way, "send");
        call.params["message"] = with_marks(steps, done.steps, repeated);
        if (done.steps == 0)
            add_quote(call, way, message.quotes);
        for (const auto* file : step.files)
            call.files.push_back(*file);
        out = co_await deliver(way, std::move(call));
        if (out.outcome != Outcome::accepted)
            break;
        done.known_as.push_back(name_of_ours(*out.timestamp));
        ++done.steps;
    }
    co_return out;
}

net::Task<channel::Attempt> Sending::send(channel::Leg leg, channel::Outgoing message)
{
    const std::vector<std::string> secrets{leg.address, account_,
                                           message.text.size() >= 4 ? message.text : std::string{}};
    const auto address = parse_aci(leg.address);
    SendMeaning out;
    chat::Progress::Done done;
    if (!address)
        out = refused(address.error().code, address.error().context);
    else if (message.text.size() > kMaxText)
        out = refused(Errc::channel_too_large, {});
    else if (!is_utf8(message.text))
        out = refused(Errc::channel_refused, "the text is not UTF-8");
    else
    {
        const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
        const Way way{*address, net::deadline_in(net::Millis{left})};
        done = progress_.take(leg.id);
        if (message.amends)
        {
            if (done.known_as.empty())
                done.known_as = message.amends->known_as;
            out = co_await amend(way, message, done.known_as);
        }
        else
            out = co_await send_steps(way, leg, message, done);
        const bool over = out.outcome == Outcome::accepted || out.outcome == Outcome::refused;
        if (!over && (message.amends || done.steps > 0))
            progress_.keep(leg.id, done);
    }
    channel::Attempt attempt;
    attempt.outcome = out.outcome;
    attempt.reached = channel::Confirms::accepted; // the rest is said by receipts
    attempt.code = out.code;
    if (out.outcome != Outcome::accepted)
        attempt.detail = chat::masked(out.detail, secrets);
    if (out.wait)
        attempt.retry_at = clock_.now_ms() + net::Millis{std::max(*out.wait, kLeastWait)}.count();
    done.known_as.resize(std::min(done.known_as.size(), channel::kMostKnownAs));
    if (!done.known_as.empty())
        attempt.remote_id = done.known_as.front();
    attempt.known_as = std::move(done.known_as);
    co_return attempt;
}

net::Task<Result<>> Sending::say(std::string address, std::string words, std::string answers)
{
    const Way way{address, net::deadline_in(kSayPatience)};
    if (words.empty() || !is_utf8(words))
        co_return fail(Errc::channel_refused);
    auto pieces = chat::split_text(words, kMaxPart, chat::Unit::byte);
    pieces.resize(std::min(pieces.size(), kMostSaid));
    for (const auto& piece : pieces)
    {
        auto call = call_to(way, "send");
        call.params["message"] = piece;
        add_quote(call, way, answers);
        const auto said = co_await deliver(way, std::move(call));
        if (said.outcome != Outcome::accepted)
            co_return fail(said.code);
    }
    co_return Result<>{};
}
} // namespace dmid::channels::signal
