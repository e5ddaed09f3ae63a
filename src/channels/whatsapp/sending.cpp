// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/sending.hpp"

#include "channels/whatsapp/address.hpp"
#include "chat/text_split.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace dmid::channels::whatsapp
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

/// A refusal of this file, and not of the person: 131053 and 131052 say so, and so does a parameter (100)
/// that is wrong.
bool is_about_the_file(const Delivered& delivered)
{
    if (delivered.outcome != Outcome::refused || !delivered.answer || !delivered.answer->error)
        return false;
    const auto code = delivered.answer->error->code;
    return code == 100 || code == 131051 || code == 131052 || code == 131053 || code == 131009;
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

/// Why it goes nowhere at all; nothing where it may.
std::optional<Delivered> fault_of(const channel::Leg& leg, const channel::Outgoing& message)
{
    const auto account = parse_account(leg.address);
    if (!account || *account != leg.address)
        return refused_before(Errc::channel_address_invalid, "no WhatsApp address");
    if (message.text.size() > kMaxText)
        return refused_before(Errc::channel_too_large, {});
    if (!is_utf8(message.text))
        return refused_before(Errc::channel_refused, "the text is not UTF-8");
    if (message.amends && message.amends->kind != channel::Amendment::Kind::reacted)
        return refused_before(Errc::channel_refused, "WhatsApp lets no program change a message");
    return std::nullopt;
}

std::string id_or_none(const std::string& id)
{
    return is_meta_id(id) ? id : std::string{};
}
} // namespace

Addressing Sending::addressing(const Way& way, std::string answers) const
{
    return {options_.number_id, way.account, std::move(answers), way.token};
}

net::Task<Delivered> Sending::ask(Way way, ApiCall call)
{
    Delivered out;
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
    out.window_closed = meaning.window_closed;
    if (meaning.token_refused)
        health_.set(Health::About::api, chat::masked(meaning.detail, {client_.token(), way.account}));
    else if (out.ok())
        health_.set(Health::About::api, {});
    if (meaning.wait && meaning.outcome == Outcome::deferred)
    {
        const auto now = std::chrono::steady_clock::now();
        if (called.answer->error->code == 131056)
            pace_.hold(way.account, now, now + *meaning.wait);
        out.retry_at = clock_.now_ms() + std::chrono::duration_cast<net::Millis>(*meaning.wait).count();
    }
    out.detail = std::move(meaning.detail);
    out.answer = std::move(*called.answer);
    co_return out;
}

net::Task<Delivered> Sending::deliver(Way way, ApiCall call, SentIds::What what,
                                      std::vector<std::string>& ids)
{
    Delivered out;
    const auto now = std::chrono::steady_clock::now();
    const auto slot = pace_.take(way.account, now, way.deadline);
    const auto wait = std::chrono::duration_cast<net::Millis>(slot.at - now);
    if (!slot.granted)
    {
        out.outcome = Outcome::deferred;
        out.code = Errc::channel_deferred;
        out.detail = "many messages wait for this person";
        out.retry_at = clock_.now_ms() + wait.count();
        // Out of time before anything went out is no word of the service.
        if (slot.at == now)
            out = {Outcome::unreachable, Errc::channel_timeout, "no time was left", std::nullopt,
                   std::nullopt};
        co_return out;
    }
    if (wait > net::Millis{0})
        co_await net::sleep_for(wait + net::Millis{1});
    out = co_await ask(way, std::move(call));
    if (!out.ok())
        co_return out;
    const auto sent = sent_message(*out.answer);
    if (!sent)
    {
        out.outcome = Outcome::uncertain;
        out.code = Errc::channel_peer_protocol;
        out.detail = "the answer names no message";
        co_return out;
    }
    sent_.add(sent->id, {way.account, what});
    ids.push_back(sent->id);
    const auto name = sent->wa_id;
    if (!name.empty() && name != way.account)
        memory_.change([&](People& people) { people.learn_name(way.account, name); });
    co_return out;
}

net::Task<Delivered> Sending::deliver_file(Way way, const channel::File& file, Shown shown, std::string text,
                                           std::string answers, std::vector<std::string>& ids)
{
    auto upload = upload_file(options_.number_id, file, new_boundary());
    auto out = co_await ask(way, std::move(upload));
    // A file that may lie at Meta is nothing that anybody was told.
    if (out.outcome == Outcome::uncertain)
        out.outcome = Outcome::unreachable;
    if (!out.ok())
        co_return out;
    const auto id = uploaded_id(*out.answer);
    if (!id)
    {
        out = {Outcome::unreachable, id.error().code, id.error().context, std::nullopt, std::nullopt};
        co_return out;
    }
    auto call = send_file(addressing(way, std::move(answers)), shown, *id, file, text);
    co_return co_await deliver(std::move(way), std::move(call), SentIds::What::part, ids);
}

net::Task<Delivered> Sending::deliver_step(Way way, const chat::Step& step, std::string text,
                                           std::string answers, std::vector<std::string>& ids)
{
    if (step.file == nullptr)
    {
        auto call = send_text(addressing(way, answers), text);
        co_return co_await deliver(way, std::move(call), SentIds::What::part, ids);
    }
    const auto shown = best_shown(*step.file);
    auto out = co_await deliver_file(way, *step.file, shown, text, answers, ids);
    if (shown != Shown::document && is_about_the_file(out))
        // No picture, sound or film after all: then as it is.
        out = co_await deliver_file(way, *step.file, Shown::document, text, answers, ids);
    if (is_about_the_file(out))
    {
        auto name = chat::one_line(step.file->name, 60);
        if (!text.empty())
            text += "\n\n";
        text += "(A file was refused here: " + (name.empty() ? "without a name" : name) + ")";
        auto instead = send_text(addressing(way, answers), text);
        out = co_await deliver(way, std::move(instead), SentIds::What::part, ids);
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
        auto answers = at == 0 ? id_or_none(message.quotes) : std::string{};
        auto text = with_marks(steps, at, leg.repeated && at == first);
        out = co_await deliver_step(way, steps[at], std::move(text), std::move(answers), done.known_as);
        if (!out.ok())
            co_return out;
        ++done.steps;
    }
    co_return out;
}

net::Task<Delivered> Sending::react(Way way, const channel::Outgoing& message, std::vector<std::string>& ids)
{
    const auto& known_as = message.amends->known_as;
    if (known_as.empty() || !is_meta_id(known_as.front()))
        co_return refused_before(Errc::channel_refused, "the message that it is put to is not known here");
    auto call = send_reaction(addressing(way), known_as.front(), chat::one_line(message.text, 64));
    co_return co_await deliver(std::move(way), std::move(call), SentIds::What::part, ids);
}

net::Task<channel::Attempt> Sending::send(channel::Leg leg, channel::Outgoing message)
{
    const std::vector<std::string> secrets{client_.token(), leg.address, meta_id_of(leg.address),
                                           message.text.size() >= 4 ? message.text : std::string{}};
    if (auto fault = fault_of(leg, message))
        co_return attempt_of(*fault, {}, secrets);
    const auto left = std::max<UnixMillis>(leg.deadline - clock_.now_ms(), 0);
    const Way way{leg.address, leg.report_token, net::deadline_in(net::Millis{left})};
    auto done = progress_.take(leg.id);
    auto window =
        memory_.read([&](const People& people) { return people.window(leg.address, clock_.now()); });
    Delivered out;
    if (window == Window::open)
    {
        if (message.amends)
            out = co_await react(way, message, done.known_as);
        else
            out = co_await send_parts(way, leg, message, done);
        if (out.window_closed)
        {
            memory_.change([&](People& people) { people.close(leg.address); });
            window = Window::closed;
        }
    }
    if (window != Window::open)
        out = co_await send_outside(way, leg, message, window, done.known_as);
    auto attempt = attempt_of(out, done.known_as, secrets);
    if (!out.ok() && out.outcome != Outcome::refused && done.steps > 0)
        progress_.keep(leg.id, std::move(done));
    co_return attempt;
}

net::Task<Result<>> Sending::say(std::string account, std::string words, std::string answers)
{
    const Way way{std::move(account), {}, net::deadline_in(kSayPatience)};
    if (words.empty() || !is_utf8(words))
        co_return fail(Errc::channel_refused);
    auto pieces = chat::split_text(words, kMaxUnits, chat::Unit::utf16);
    pieces.resize(std::min(pieces.size(), kMostSaid));
    std::vector<std::string> ids;
    for (const auto& piece : pieces)
    {
        auto call = send_text(addressing(way, answers), piece);
        const auto said = co_await deliver(way, std::move(call), SentIds::What::words, ids);
        if (!said.ok())
            co_return fail(said.code);
    }
    co_return Result<>{};
}
} // namespace dmid::channels::whatsapp
