// SPDX-License-Identifier: Apache-2.0
#include "channel/opening.hpp"
#include "gateway/answer_code.hpp"
#include "gateway/chat_line.hpp"
#include "gateway/chat_words.hpp"
#include "gateway/flow.hpp"
#include "gateway/known_as.hpp"
#include "gateway/name_talk.hpp"
#include "gateway/stages.hpp"
#include "gateway/tokens.hpp"
#include "gateway/views.hpp"
#include "model/names.hpp"

#include <algorithm>

// What somebody says to the node's account on a platform: the owner's answer, or a letter of somebody else.
// The number is what the words name, what they answer, or the one conversation that is open; never a guess.
namespace dmid::gateway
{
namespace
{
using channel::Answer;
using channel::ChatLine;
using channel::Heard;
using channel::Opening;

/// Two numbers that an account talks with within this time (seconds) are both meant, or neither.
constexpr UnixTime kOpenFor = 24 * 3600;
/// How often, and how long apart, it is looked whether a message is known by now that an owner answers.
constexpr unsigned kLooks = 5;
constexpr net::Millis kBetweenLooks{200};

Answer done()
{
    Answer answer;
    answer.yes = channel::Yes::yes;
    answer.duplicate = true;
    return answer;
}

Heard only_say(std::string words)
{
    return {done(), std::move(words)};
}

Heard no_words(Answer answer)
{
    return {std::move(answer), {}};
}

model::PlatformAccount account_of(const ChatLine& line)
{
    return {line.channel, line.account};
}

struct BoundHere
{
    ServedPtr served;
    Binding binding;
};

/// The labels of served numbers that this account is bound or about to be bound to.
Result<std::vector<BoundHere>> bindings_of(const Context& context, const ChatLine& line)
{
    std::vector<BoundHere> out;
    for (const auto& served : context.served.all())
    {
        DMID_TRY(auto bindings, context.bindings.all(served->box()));
        for (auto& binding : bindings)
            if (binding.channel == line.channel && binding.address == line.account &&
                binding.state != BindingState::barred)
                out.push_back({served, std::move(binding)});
    }
    return out;
}

/// The owner, or whoever has the telephone now, wants nothing more. Anybody may stop what comes to them,
/// proven or not; the owner learns of it by another way.
Heard stop(Context& context, const ChatLine& line, const std::vector<BoundHere>& bound)
{
    // What waits for a word about a name waits no longer.
    if (const auto dropped = drop_question(context, account_key(line)); !dropped)
        return no_words(refuse(dropped.error()));
    for (const auto& [served, binding] : bound)
    {
        const auto now = context.clock.now();
        const auto barred =
            context.bindings.set_state(served->box(), binding.label, BindingState::barred, now);
        if (!barred)
            return no_words(refuse(barred.error()));
        context.alarms.raise("way " + binding.label,
                             "STOP came from the address of " + binding.label +
                                 ": nothing more goes there until you bind another",
                             now, AlarmScope{served->identity.number, binding.label});
    }
    return only_say(chat_words::stopped());
}

/// The thread that a message of the node to its owner belongs to.
Result<std::optional<Hash32>> thread_of(const Context& context, const KnownMessage& known)
{
    DMID_TRY(const auto stored, context.mailbox.find(known.served->box(), known.message));
    if (!stored || stored->forgotten)
        return std::optional<Hash32>{};
    return std::optional{stored->entry.thread};
}

/// Whether it is one that was brought to the owner, at this very account.
bool is_brought(const KnownMessage& known, const std::vector<BoundHere>& bound)
{
    return known.leg && std::any_of(bound.begin(), bound.end(),
                                    [&](const BoundHere& one) { return one.served == known.served; });
}

/// Whoever wrote may have guessed at a code: the owner should know.
void tell_unproven(Context& context, const std::vector<BoundHere>& bound)
{
    const auto now = context.clock.now();
    for (const auto& [served, binding] : bound)
        context.alarms.raise("answer forged",
                             "words came from the address of " + binding.label +
                                 " without the code of a message; they were refused",
                             now, AlarmScope{served->identity.number, {}, now + kEventAlarm});
}

channel::OwnerWords words_of(const Context& context, ChatLine line, const ServedPtr& served,
                             const Hash32& thread)
{
    channel::OwnerWords words;
    words.token = reply_token(context, served->box(), thread);
    words.channel = std::move(line.channel);
    words.proof = channel::OwnerWords::Proof::account;
    words.address = std::move(line.account);
    words.native_id = std::move(line.native_id);
    words.text = std::move(line.text);
    words.files = std::move(line.files);
    words.lost = std::move(line.lost);
    words.automatic = line.automatic;
    words.source = std::move(line.source);
    return words;
}
} // namespace

net::Task<Heard> Flow::hear_owner(ChatLine line, std::string text, KnownMessage known, bool by_code)
{
    const auto thread = thread_of(context_, known);
    if (!thread)
        co_return no_words(refuse(thread.error()));
    if (!*thread)
        co_return only_say(chat_words::not_taken("the message that it answers is gone"));
    auto words = words_of(context_, std::move(line), known.served, **thread);
    words.text = std::move(text);
    if (by_code)
    {
        words.proof = channel::OwnerWords::Proof::code;
        words.once = {answer_code_use(known)};
    }
    auto answered = co_await answer(std::move(words));
    Heard heard{answered, {}};
    if (answered.yes == channel::Yes::no && answered.code != Errc::gateway_loop)
        heard.say = chat_words::not_taken(answered.reason);
    co_return heard;
}

namespace
{
/// Whom a letter is for; or what to say instead.
struct Whom
{
    std::optional<model::Number> number;
    std::optional<model::Tail> ext;
    std::string text;
    std::string say;
    std::string name;         ///< it begins with this name instead of a number; `text` follows
    bool unaddressed = false; ///< it says by itself nothing of whom it is for
};

/// The numbers that this account is in conversation with, the latest first.
Result<std::vector<std::pair<Talk, model::Number>>> talks_of(const Context& context, const ChatLine& line)
{
    std::vector<std::pair<Talk, model::Number>> out;
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    for (const auto& served : context.served.all())
    {
        DMID_TRY(const auto talk, view.talk(served->box(), account_of(line)));
        if (talk)
            out.emplace_back(*talk, served->identity.number);
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first.at > b.first.at; });
    return out;
}

Result<Whom> by_conversation(const Context& context, const ChatLine& line)
{
    Whom whom;
    whom.unaddressed = true;
    whom.text = line.text;
    DMID_TRY(const auto talks, talks_of(context, line));
    const auto choice = context.chosen->find(account_key(line), context.clock.now());
    if (choice && (talks.empty() || talks.front().first.at <= choice->at))
    {
        whom.number = choice->number;
        whom.ext = choice->ext;
        return whom;
    }
    if (talks.empty())
    {
        whom.say = chat_words::how_to_begin();
        return whom;
    }
    const auto since = talks.front().first.at - kOpenFor;
    std::vector<model::Number> open;
    for (const auto& [talk, number] : talks)
        if (talk.at >= since)
            open.push_back(number);
    if (open.size() > 1)
    {
        whom.say = chat_words::which_one(open);
        return whom;
    }
    whom.number = open.front();
    whom.ext = talks.front().first.ext;
    return whom;
}

/// By the message that it answers: one that the owner of a number sent there, or one of theirs.
Result<std::optional<Whom>> by_answer(const Context& context, const ChatLine& line, const std::string& id)
{
    DMID_TRY(const auto known, find_known(context, line.channel, line.account, id));
    if (!known)
        return std::optional<Whom>{};
    Whom whom;
    whom.number = known->served->identity.number;
    whom.text = line.text;
    DMID_TRY(const auto view, InboxView::open(context.mailbox));
    DMID_TRY(const auto talk, view.talk(known->served->box(), account_of(line)));
    DMID_TRY(const auto thread, thread_of(context, *known));
    if (talk && thread && talk->thread == *thread)
        whom.ext = talk->ext;
    return std::optional{std::move(whom)};
}

Whom by_opening(Opening opening)
{
    Whom whom;
    switch (opening.kind)
    {
    case Opening::Kind::number:
        whom.number = opening.number;
        whom.ext = opening.ext;
        whom.text = std::move(opening.text);
        break;
    case Opening::Kind::several:
        whom.say = chat_words::how_to_begin();
        break;
    case Opening::Kind::wrong:
        whom.say = chat_words::not_a_number(opening.why);
        break;
    case Opening::Kind::name:
        whom.name = std::move(opening.name);
        whom.text = std::move(opening.text);
        break;
    case Opening::Kind::none:
        break;
    }
    return whom;
}

Result<Whom> find_whom(const Context& context, const ChatLine& line)
{
    if (line.to && line.to->kind == channel::Destination::Kind::number)
    {
        Whom whom;
        whom.number = line.to->number;
        whom.ext = line.to->ext;
        whom.text = line.text;
        return whom;
    }
    if (line.kind != ChatLine::Kind::said)
    {
        DMID_TRY(auto whom, by_answer(context, line, line.of));
        return std::move(whom).value_or(Whom{});
    }
    // A number at the beginning is said now; what it answers was said before.
    auto opening = channel::read_opening(line.text);
    if (opening.kind == Opening::Kind::number)
        return by_opening(std::move(opening));
    if (!line.answers.empty())
    {
        DMID_TRY(auto whom, by_answer(context, line, line.answers));
        if (whom)
            return *std::move(whom);
    }
    if (opening.kind != Opening::Kind::none)
        return by_opening(std::move(opening));
    return by_conversation(context, line);
}

/// `text`: what the line says, without whom it is for.
channel::Inbound letter_of(ChatLine line, model::Number number, std::optional<model::Tail> ext,
                           std::string text)
{
    channel::Letter letter;
    letter.content = content_of(line);
    letter.number = number;
    letter.ext = ext;
    if (line.proven)
    {
        letter.from = {account_of(line)};
        letter.classes = model::mask_of(model::Class::platform);
    }
    else
        letter.claimed = account_of(line);
    letter.native_id = native_id_of(line, letter.content);
    if (!line.answers.empty())
        letter.answers.push_back(std::move(line.answers));
    if (line.kind == ChatLine::Kind::reacted)
        letter.reacts_to = std::move(line.of);
    else if (line.kind != ChatLine::Kind::said)
        letter.edits = std::move(line.of);
    letter.sent_at = line.sent_at;
    letter.text = std::move(text);
    letter.files = std::move(line.files);
    letter.lost = std::move(line.lost);
    letter.automatic = line.automatic;
    letter.passed = std::move(line.passed);
    channel::Inbound in;
    in.door = std::move(line.channel);
    in.source = std::move(line.source);
    in.shape = channel::Shape::letter;
    in.letter = std::move(letter);
    return in;
}
} // namespace

net::Task<Heard> Flow::hear_for(ChatLine line, model::Number number, std::optional<model::Tail> ext,
                                std::string text)
{
    // To begin is to say whom with: the number alone is no message yet.
    if (line.kind == ChatLine::Kind::said && text.empty() && line.files.empty())
    {
        if (context_.served.by_number(number) == nullptr)
            co_return only_say(chat_words::refused(number, std::string{advice(Errc::gateway_not_served)}));
        context_.chosen->choose(account_key(line), {number, ext, context_.clock.now()});
        co_return only_say(chat_words::write_on(number));
    }
    if (line.kind != ChatLine::Kind::said)
    {
        const auto meant = find_known(context_, line.channel, line.account, line.of);
        if (!meant)
            co_return no_words(refuse(meant.error()));
        // Of a message that is not here: what it says now is news, that it is gone is none.
        if (!*meant && line.kind != ChatLine::Kind::edited)
            co_return no_words(done());
        if (!*meant)
            line.kind = ChatLine::Kind::said;
    }
    const auto talks = talks_of(context_, line);
    const bool first = talks && std::none_of(talks->begin(), talks->end(),
                                             [&](const auto& talk) { return talk.second == number; });
    auto answered = co_await receive(letter_of(std::move(line), number, ext, std::move(text)));
    Heard heard{answered, {}};
    // What goes round is not given more words to carry.
    if (answered.yes == channel::Yes::no && answered.code != Errc::gateway_loop)
        heard.say = chat_words::refused(number, answered.reason);
    else if (answered.yes == channel::Yes::yes && !answered.duplicate && first)
        heard.say = chat_words::understood(number);
    co_return heard;
}

net::Task<Heard> Flow::hear_confirmed(NameStep step, std::string native_id)
{
    const auto account = account_key(step.line);
    auto heard = co_await hear_for(std::move(step.line), step.number, std::nullopt, std::move(step.text));
    if (heard.answer.yes == channel::Yes::later)
        co_return heard;
    if (const auto kept = confirm_name(context_, account, *std::move(step.confirms), native_id); !kept)
        co_return no_words(refuse(kept.error()));
    if (heard.say.empty() && !heard.answer.duplicate)
        heard.say = chat_words::understood(step.number);
    co_return heard;
}

net::Task<Heard> Flow::hear_other(ChatLine line)
{
    auto whom = find_whom(context_, line);
    if (!whom)
        co_return no_words(refuse(whom.error()));
    Result<NameStep> step;
    if (!whom->name.empty())
        step = co_await write_to_name(context_, line, whom->name, whom->text);
    else if (whom->unaddressed)
        step = answer_about_name(context_, line);
    if (!step)
        co_return no_words(refuse(step.error()));
    if (step->kind == NameStep::Kind::later)
        co_return no_words(refuse(step->code));
    if (step->kind == NameStep::Kind::done)
        co_return only_say(std::move(step->say));
    if (step->kind == NameStep::Kind::send && step->confirms)
        co_return co_await hear_confirmed(*std::move(step), line.native_id);
    if (step->kind == NameStep::Kind::send)
        co_return co_await hear_for(std::move(step->line), step->number, std::nullopt, std::move(step->text));
    if (!whom->number && line.kind != ChatLine::Kind::said)
    {
        auto words = amend_held(context_, line);
        if (!words)
            co_return no_words(refuse(words.error()));
        co_return only_say(*std::move(words));
    }
    if (!whom->number)
        co_return only_say(std::move(whom->say));
    co_return co_await hear_for(std::move(line), *whom->number, whom->ext, std::move(whom->text));
}

net::Task<Heard> Flow::hear(ChatLine line)
{
    if (!model::is_platform_id(line.account) || line.text.size() > model::kMaxText || !is_utf8(line.text))
        co_return no_words(refuse(Errc::message_event_invalid));
    const auto account = account_key(line);
    const bool automatic = line.automatic;
    auto heard = co_await hear_line(std::move(line));
    // A program is not talked to, and nobody without end.
    if (!heard.say.empty() && (automatic || !context_.says->take(account, context_.clock.now())))
        heard.say.clear();
    co_return heard;
}

net::Task<Heard> Flow::hear_line(ChatLine line)
{
    auto bound = bindings_of(context_, line);
    if (!bound)
        co_return no_words(refuse(bound.error()));
    if (line.kind == ChatLine::Kind::said && line.files.empty())
    {
        if (is_word(line.text, "STOP"))
            co_return stop(context_, line, *bound);
        if (is_word(line.text, "HELP") || is_word(line.text, "START"))
            co_return only_say(chat_words::how_to_begin());
    }
    std::erase_if(*bound, [](const BoundHere& one) { return one.binding.state != BindingState::bound; });
    if (bound->empty())
        co_return co_await hear_other(std::move(line));
    if (line.kind != ChatLine::Kind::said)
    {
        std::vector<ServedPtr> owners;
        for (const auto& one : *bound)
            owners.push_back(one.served);
        co_return co_await hear_amendment(context_, std::move(line), std::move(owners));
    }
    // Whoever is known as an owner here never becomes a sender here: it would show the address to others.
    auto text = line.text;
    const bool by_code = !line.proven;
    if (by_code && !context_.code_tries->take(account_key(line), context_.clock.now()))
        co_return no_words(refuse(Errc::policy_rate_limited));
    auto known = by_code ? find_answer_code(context_, line.channel, line.account, text)
                         : find_known(context_, line.channel, line.account, line.answers);
    // A quick answer may come before it is written down how the platform calls the message.
    for (unsigned looks = 0; !by_code && !line.answers.empty() && known && !*known && looks < kLooks; ++looks)
    {
        co_await net::sleep_for(kBetweenLooks);
        known = find_known(context_, line.channel, line.account, line.answers);
    }
    if (!known)
        co_return no_words(refuse(known.error()));
    if (!*known || !is_brought(**known, *bound))
    {
        if (by_code)
            tell_unproven(context_, *bound);
        co_return only_say(chat_words::reply_to_answer(by_code));
    }
    auto message = **std::move(known);
    co_return co_await hear_owner(std::move(line), std::move(text), std::move(message), by_code);
}
} // namespace dmid::gateway
