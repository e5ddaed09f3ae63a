// SPDX-License-Identifier: Apache-2.0
#include "gateway/name_talk.hpp"

#include "gateway/chat_words.hpp"
#include "model/ens_name.hpp"
#include "resolve/name.hpp"

namespace dmid::gateway
{
namespace
{
NameStep say_step(std::string words)
{
    NameStep step;
    step.kind = NameStep::Kind::done;
    step.say = std::move(words);
    return step;
}

NameStep later_step(const Error& error)
{
    NameStep step;
    step.kind = NameStep::Kind::later;
    step.code = error.code;
    return step;
}

NameStep send_step(channel::ChatLine line, model::Number number, std::string text)
{
    NameStep step;
    step.kind = NameStep::Kind::send;
    step.number = number;
    step.line = std::move(line);
    step.text = std::move(text);
    return step;
}

/// Marks an answer, also of platforms without ids.
std::string answer_mark(const std::string& native_id)
{
    return native_id.empty() ? "-" : native_id;
}

net::Task<Result<NameLook>> look_up(Context& context, std::string name)
{
    if (context.find_name)
        co_return co_await context.find_name(std::move(name));
    auto found = co_await context.resolver.find_name(std::move(name));
    if (!found)
        co_return tl::unexpected<Error>(std::move(found).error());
    co_return NameLook{found->number.identity, resolve::whose_word(found->block, found->agreeing)};
}

/// An answer about the name; everything else is that of endpoints which cannot be asked, or lie.
bool is_about_the_name(Errc code) noexcept
{
    switch (code)
    {
    case Errc::name_invalid:
    case Errc::name_not_looked_up:
    case Errc::name_no_number:
    case Errc::name_one_sided:
    case Errc::name_off_chain:
    case Errc::number_network:
    case Errc::resolve_not_minted:
        return true;
    default:
        return false;
    }
}

/// Served here, in the very epoch that is meant.
bool is_served(const Context& context, model::Number number, std::uint32_t epoch)
{
    const auto served = context.served.by_number(number);
    return served != nullptr && served->identity.epoch == epoch;
}

/// What of the message can wait.
NameQuestion question_of(const channel::ChatLine& line, NamePin about, std::string text, UnixTime now)
{
    NameQuestion question;
    question.about = std::move(about);
    if (text.size() <= kMaxHeldText && line.files.empty())
        question.text = std::move(text);
    question.native_id = line.native_id;
    question.sent_at = line.sent_at;
    question.asked_at = now;
    return question;
}

/// What a look means for the line: it goes to the pinned number, or its writer is asked.
Result<NameStep> after_look(Context& context, channel::ChatLine line, std::string name, std::string text,
                            const std::optional<NamePin>& pin, const NameLook& look)
{
    const auto now = context.clock.now();
    const auto account = account_key(line);
    const auto& [network, number, epoch] = look.identity;
    if (!is_served(context, number, epoch))
        return say_step(chat_words::refused(number, std::string{advice(Errc::gateway_not_served)}));
    NamePin about{std::move(name), number, epoch, now};
    if (pin && pin->number == number && pin->epoch == epoch)
    {
        DMID_TRY(keep_name_pin(context, account, about));
        return send_step(std::move(line), number, std::move(text));
    }
    DMID_TRY(const auto earlier, find_question(context, account));
    auto words = earlier && earlier->open() ? chat_words::dropped(earlier->about.name) + " " : std::string{};
    if (pin)
        words += chat_words::name_changed(about.name, pin->number, number) + " ";
    const bool nothing = text.empty() && line.files.empty();
    const auto question = question_of(line, about, std::move(text), now);
    words += chat_words::is_this_meant(about.name, number, look.word_of,
                                       nothing                 ? chat_words::Held::nothing
                                       : question.text.empty() ? chat_words::Held::too_much
                                                               : chat_words::Held::text);
    DMID_TRY(const bool kept, keep_question(context, account, question));
    return say_step(kept ? std::move(words) : chat_words::too_many_names(about.name));
}
} // namespace

std::string account_key(const channel::ChatLine& line)
{
    return line.channel + '\n' + line.account;
}

bool is_word(std::string_view text, std::string_view word)
{
    std::string letters;
    for (const char c : text)
    {
        if (letters.size() > word.size())
            return false;
        if (c >= 'a' && c <= 'z')
            letters.push_back(static_cast<char>(c - 'a' + 'A'));
        else if (c >= 'A' && c <= 'Z')
            letters.push_back(c);
        else if (c != ' ' && c != '.' && c != '!' && c != '\n')
            return false;
    }
    return letters == word;
}

net::Task<NameStep> write_to_name(Context& context, channel::ChatLine line, std::string name,
                                  std::string text)
{
    // A program would be asked, and could not answer.
    if (line.automatic)
        co_return say_step({});
    const auto read = model::EnsName::parse(name);
    if (!read)
        co_return say_step(chat_words::no_number_of(name, read.error()));
    name = read->text();
    const auto account = account_key(line);
    const auto question = find_question(context, account);
    if (!question)
        co_return later_step(question.error());
    if (*question && !line.native_id.empty() && (*question)->native_id == line.native_id)
        co_return say_step({});
    auto pin = find_name_pin(context, account, name);
    if (!pin)
        co_return later_step(pin.error());
    const auto now = context.clock.now();
    if (*pin && now < (*pin)->looked_at + kNameHolds && is_served(context, (*pin)->number, (*pin)->epoch))
        co_return send_step(std::move(line), (*pin)->number, std::move(text));
    // Each look costs calls at every endpoint, and strangers ask as they like.
    if (!context.name_looks->take(account, now))
        co_return say_step(chat_words::too_many_names(name));
    auto look = co_await look_up(context, name);
    if (!look && !is_about_the_name(look.error().code))
    {
        // Whatever the endpoints' fault is called, it is no answer for who writes.
        note(context, "name-unread code=" + std::string{dmid::name(look.error().code)});
        NameStep later;
        later.kind = NameStep::Kind::later;
        co_return later;
    }
    if (!look)
        co_return say_step(look.error().code == Errc::name_not_looked_up
                               ? chat_words::no_names(name)
                               : chat_words::no_number_of(name, look.error()));
    auto step = after_look(context, std::move(line), std::move(name), std::move(text), *pin, *look);
    co_return step ? *std::move(step) : later_step(step.error());
}

Result<NameStep> answer_about_name(Context& context, const channel::ChatLine& line)
{
    if (line.automatic || line.kind != channel::ChatLine::Kind::said)
        return NameStep{};
    const auto account = account_key(line);
    DMID_TRY(auto question, find_question(context, account));
    if (!question)
        return NameStep{};
    if (!question->open())
        return question->answered == line.native_id ? say_step({}) : NameStep{};
    const auto& about = question->about;
    if (is_word(line.text, "NO"))
    {
        const auto words = chat_words::dropped(about.name);
        question->answered = answer_mark(line.native_id);
        question->text.clear();
        DMID_TRY(keep_question(context, account, *question));
        return say_step(words);
    }
    if (!is_word(line.text, "YES") || !line.files.empty())
        return say_step(chat_words::yes_or_no(about.name, about.number));
    if (!is_served(context, about.number, about.epoch))
    {
        DMID_TRY(drop_question(context, account));
        return say_step(chat_words::name_changed(about.name, about.number, about.number) + " " +
                        chat_words::dropped(about.name));
    }
    auto held = line;
    held.text = question->text;
    held.native_id = question->native_id;
    held.sent_at = question->sent_at;
    held.answers.clear();
    auto text = held.text;
    auto step = send_step(std::move(held), about.number, std::move(text));
    step.confirms = *std::move(question);
    return step;
}

Result<std::string> amend_held(Context& context, const channel::ChatLine& line)
{
    const auto account = account_key(line);
    DMID_TRY(const auto question, find_question(context, account));
    if (line.automatic || line.kind == channel::ChatLine::Kind::reacted || !question || !question->open() ||
        line.of.empty() || question->native_id != line.of)
        return std::string{};
    DMID_TRY(drop_question(context, account));
    return chat_words::dropped(question->about.name);
}

Result<> confirm_name(Context& context, const std::string& account, NameQuestion question,
                      const std::string& native_id)
{
    DMID_TRY(keep_name_pin(context, account, question.about));
    question.answered = answer_mark(native_id);
    question.text.clear();
    DMID_TRY(keep_question(context, account, question));
    return {};
}
} // namespace dmid::gateway
