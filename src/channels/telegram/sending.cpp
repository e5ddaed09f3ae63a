// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/sending.hpp"

#include "channels/telegram/address.hpp"
#include "chat/text_split.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
using channel::Outcome;

constexpr net::Millis kSayPatience{10'000};
/// More than that at once the node never has to say.
constexpr std::size_t kMostSaid = 2;

/// 128 random bits: no file that was made before holds them.
std::string new_boundary()
{
    std::random_device random;
    std::string out = "dmid";
    for (int i = 0; i < 4; ++i)
    {
        const auto word = random();
        Bytes bytes;
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>((word >> shift) & 0xffU));
        out += to_hex(bytes);
    }
    return out;
}

Delivered refused_before(Errc code, std::string detail)
{
    return {Outcome::refused, code, std::move(detail), std::nullopt, std::nullopt};
}

/// A refusal of this file, and not of everything for this chat.
bool is_about_the_file(const Delivered& delivered)
{
    return delivered.outcome == Outcome::refused && delivered.answer &&
           !says_chat_is_closed(*delivered.answer);
}

channel::Attempt attempt_of(const Delivered& delivered, std::vector<std::string> known_as,
                            const std::vector<std::string>& secrets)
{
    channel::Attempt out;
    out.outcome = delivered.outcome;
    out.reached = channel::Confirms::accepted;
    out.code = delivered.code;
    if (!delivered.ok())
        out.detail = chat::masked(delivered.detail, secrets);
    if (delivered.outcome == Outcome::deferred)
        out.retry_at = delivered.retry_at;
    known_as.resize(std::min(known_as.size(), channel::kMostKnownAs));
    if (!known_as.empty())
        out.remote_id = known_as.front();
    out.known_as = std::move(known_as);
    return out;
}
} // namespace

net::Task<Delivered> Sending::deliver(Way way, ApiCall call)
{
    Delivered out;
    const auto now = std::chrono::steady_clock::now();
    const auto slot = pace_.take(way.chat, now, way.deadline);
    const auto wait = std::chrono::duration_cast<net::Millis>(slot.at - now);
    if (!slot.granted)
    {
        out.outcome = Outcome::deferred;
        out.code = Errc::channel_deferred;
        out.detail = "many messages wait for this chat";
        out.retry_at = clock_.now_ms() + wait.count();
        // Out of time before anything went out is no word of the service.
        if (slot.at == now)
            out = {Outcome::unreachable, Errc::channel_timeout, "no time was left", std::nullopt,
                   std::nullopt};
        co_return out;
    }
    if (wait > net::Millis{0})
        co_await net::sleep_for(wait + net::Millis{1});
    auto called = co_await client_.call(std::move(call), way.deadline);
    if (!called.answer)
    {
        out.outcome = called.handed_over ? Outcome::uncertain : Outcome::unreachable;
        out.code = called.answer.error().code;
        out.detail = called.answer.error().context;
        co_return out;
    }
    auto meaning = meaning_of(*called.answer);
    out.outcome = meaning.outcome;
    out.code = meaning.code;
    out.detail = std::move(meaning.detail);
    if (const auto after = called.answer->retry_after; after && meaning.outcome == Outcome::deferred)
    {
        const auto answered = std::chrono::steady_clock::now();
        pace_.hold(way.chat, answered, answered + *after);
        out.retry_at = clock_.now_ms() + std::chrono::duration_cast<net::Millis>(*after).count();
    }
    out.answer = std::move(*called.answer);
    co_return out;
}

net::Task<Delivered> Sending::send_step(Way way, const chat::Step& step, std::string text,
                                        std::optional<std::int64_t> answers)
{
    if (step.file == nullptr)
    {
        auto call = send_message(way.chat, text, answers);
        co_return co_await deliver(way, std::move(call));
    }
    const auto boundary = new_boundary();
    const auto shown = best_shown(*step.file);
    auto call = send_file(way.chat, *step.file, shown, text, answers, boundary);
    auto out = co_await deliver(way, std::move(call));
    if (shown == Shown::photo && is_about_the_file(out))
    {
        // Too long, too wide or no picture after all: then as it is.
        auto plain = send_file(way.chat, *step.file, Shown::document, text, answers, boundary);
        out = co_await deliver(way, std::move(plain));
    }
    if (is_about_the_file(out))
    {
        auto name = chat::one_line(step.file->name, 60);
        if (!text.empty())
            text += "\n\n";
        text += "(A file was refused here: " + (name.empty() ? "without a name" : name) + ")";
        auto instead = send_message(way.chat, text, answers);
        out = co_await deliver(way, std::move(instead));
    }
    co_return out;
}

net::Task<Delivered> Sending::send_parts(Way way, const channel::Leg& leg, const channel::Outgoing& message,
                                         chat::Progress::Done& done)
{
    const auto steps = plan(message);
    if (steps.front().text.empty() && steps.front().file == nullptr)
        co_return refused_before(Errc::channel_refused, "there is nothing to say");
    const auto first = done.steps < steps.size() ? done.steps : 0;
    if (first == 0)
        done = {};
    Delivered out;
    for (auto at = first; at < steps.size(); ++at)
    {
        const auto answers = at == 0 ? parse_message_id(message.quotes) : std::nullopt;
        out = co_await send_step(way, steps[at], with_marks(steps, at, leg.repeated && at == first), answers);
        if (!out.ok())
            co_return out;
        ++done.steps;
        if (auto id = sent_message_id(*out.answer))
            done.known_as.push_back(std::move(*id));
    }
    co_return out;
}

net::Task<channel::Attempt> Sending::send(channel::Leg leg, channel::Outgoing message)
{
    const std::vector<std::string> secrets{client_.token(), leg.address,
                                           message.text.size() >= 4 ? message.text : std::string{}};
    const auto chat = parse_user_id(leg.address);
    Delivered out;
    if (!chat)
        out = refused_before(chat.error().code, chat.error().context);
    else if (message.text.size() > kMaxText)
        out = refused_before(Errc::channel_too_large, {});
    else if (!is_utf8(message.text))
        out = refused_before(Errc::channel_refused, "the text is not UTF-8");
    if (!chat || message.text.size() > kMaxText || !is_utf8(message.text))
        co_return attempt_of(out, {}, secrets);
    const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
    const Way way{*chat, net::deadline_in(net::Millis{left})};
    auto done = progress_.take(leg.id);
    if (message.amends)
    {
        // Of an earlier attempt: with the parts that it added, which are changed now and not added again.
        auto ids = done.known_as.empty() ? message.amends->known_as : std::move(done.known_as);
        out = co_await amend(way, message, ids);
        done.known_as = ids;
        if (!out.ok() && out.outcome != Outcome::refused)
            progress_.keep(leg.id, std::move(done));
        co_return attempt_of(out, std::move(ids), secrets);
    }
    out = co_await send_parts(way, leg, message, done);
    auto attempt = attempt_of(out, done.known_as, secrets);
    if (!out.ok() && out.outcome != Outcome::refused && done.steps > 0)
        progress_.keep(leg.id, std::move(done));
    co_return attempt;
}

net::Task<Result<>> Sending::say(std::int64_t chat, std::string words, std::optional<std::int64_t> answers)
{
    const Way way{chat, net::deadline_in(kSayPatience)};
    if (words.empty() || !is_utf8(words))
        co_return fail(Errc::channel_refused);
    auto pieces = chat::split_text(words, kMaxUnits, chat::Unit::utf16);
    pieces.resize(std::min(pieces.size(), kMostSaid));
    for (const auto& piece : pieces)
    {
        auto call = send_message(chat, piece, answers);
        const auto said = co_await deliver(way, std::move(call));
        if (!said.ok())
            co_return fail(said.code);
    }
    co_return Result<>{};
}
} // namespace dmid::channels::telegram
