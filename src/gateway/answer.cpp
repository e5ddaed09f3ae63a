// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "gateway/app_passwords.hpp"
#include "gateway/files.hpp"
#include "gateway/flow.hpp"
#include "gateway/known_as.hpp"
#include "gateway/letters.hpp"
#include "gateway/links.hpp"
#include "gateway/stages.hpp"
#include "gateway/steps.hpp"
#include "gateway/tokens.hpp"
#include "keys/random.hpp"

#include <algorithm>

// What the owner says on a bound channel. It counts as the owner's only with the address of one conversation
// and a proof of who says it; whatever else comes is refused, and the owner is told.
namespace dmid::gateway
{
namespace
{
using channel::Answer;
using channel::OwnerWords;

/// The words, and what was found out about them.
struct Said
{
    OwnerWords words;
    ServedPtr served;
    Hash32 thread;
    store::Charge itself;            ///< this answer, to this conversation
    std::vector<store::Charge> once; ///< its signatures, whatever they come with
    std::string hold;                ///< why it must not go out unasked
};

Bytes domain(std::string_view use, const store::MailboxId& box)
{
    auto name = to_bytes(as_bytes(use));
    dmid::append(name, box.view());
    return name;
}

/// The same answer again, by a server that did not hear the yes, is known by its signatures; in a session by
/// its own id and words.
store::Charge itself(const Said& said)
{
    auto name = domain("dmid/answered", said.served->box());
    dmid::append(name, said.thread.view());
    dmid::append(name, as_bytes(said.words.channel));
    const bool is_signed = said.words.proof == OwnerWords::Proof::signature && !said.words.once.empty();
    for (const auto& value : said.words.once)
        dmid::append(name, value.view());
    if (!is_signed)
    {
        // Without an id of its own each submission is an answer of its own.
        const auto native =
            said.words.native_id.empty() ? to_hex(keys::random_fixed<Hash32>().view()) : said.words.native_id;
        for (const auto& text : {said.words.account, native, said.words.text})
            dmid::append(name, crypto::sha256(as_bytes(text)).view());
    }
    return {crypto::sha256(name), kForGood, 1, 1};
}

/// Nothing where it is the owner's; otherwise what was wrong, in words.
Result<std::string> doubt(const Context& context, const Said& said)
{
    const auto& words = said.words;
    const auto box = said.served->box();
    switch (words.proof)
    {
    case OwnerWords::Proof::signature:
    {
        DMID_TRY(const auto bound, context.bindings.bound(box, words.channel, words.address));
        return bound && !words.once.empty()
                   ? std::string{}
                   : std::string{"it was signed, but not by the domain of an address that is bound here"};
    }
    case OwnerWords::Proof::session:
    {
        DMID_TRY(const bool owns, account_of(context, *said.served, words.account));
        return owns ? std::string{} : std::string{"it was sent in a session of somebody else"};
    }
    case OwnerWords::Proof::account:
    case OwnerWords::Proof::code:
    {
        DMID_TRY(const auto bound, context.bindings.bound(box, words.channel, words.address));
        return bound ? std::string{} : std::string{"it came from an account that is not bound here"};
    }
    case OwnerWords::Proof::none:
        break;
    }
    return std::string{"nothing proved that you wrote it"};
}

/// Told to the owner; at most once an hour goes out for it (alarm_sender.hpp).
void tell(Context& context, const Said& said, const std::string& what, const std::string& words)
{
    const auto now = context.clock.now();
    context.alarms.raise(what, words, now, AlarmScope{said.served->identity.number, {}, now + kEventAlarm});
}

Result<bool> used(const Context& context, const std::vector<store::Charge>& charges)
{
    DMID_TRY(const auto sums, context.mailbox.counters(charges));
    return std::any_of(sums.begin(), sums.end(), [](std::uint64_t sum) { return sum != 0; });
}

Answer again(Context& context, const Said& said)
{
    // A platform brings again what it was not heard to be told of: nothing to worry about.
    if (said.words.proof != OwnerWords::Proof::account)
        tell(context, said, "answer repeated",
             "an answer of yours came in a second time by " + said.words.channel +
                 " and was not sent again: your mail server tried twice, or somebody replays it");
    Answer answer;
    answer.yes = channel::Yes::yes;
    answer.duplicate = true;
    answer.id = said.itself.counter;
    return answer;
}

Answer replayed(Context& context, const Said& said)
{
    tell(context, said, "answer replayed",
         "somebody sent an answer of yours a second time by " + said.words.channel +
             ", to another conversation; it was refused");
    return refuse(Errc::gateway_duplicate_conflict,
                  said.words.proof == OwnerWords::Proof::code
                      ? "this code was used before; begin with the code of a newer message"
                      : "this signature was accepted before, with another message; write the answer anew");
}

/// Judges it before anything is written.
Refusal judge_words(Context& context, Said& said)
{
    if (said.words.automatic)
        return refuse(Errc::policy_rejected, "automatic messages are not passed on in a person's name");
    const auto wrong = doubt(context, said);
    if (!wrong)
        return refuse(wrong.error());
    if (!wrong->empty())
    {
        tell(context, said, "answer forged",
             "somebody answered a conversation in your name by " + said.words.channel + ": " + *wrong +
                 "; it was refused");
        return refuse(Errc::gateway_unauthorised,
                      "this is not proven to come from the number's owner: answer from a bound address whose "
                      "domain signs its mail, or sign in with an app password");
    }
    said.itself = itself(said);
    for (const auto& value : said.words.once)
    {
        auto name = domain("dmid/once", said.served->box());
        dmid::append(name, value.view());
        said.once.push_back({crypto::sha256(name), kForGood, 1, 1});
    }
    const auto repeated = used(context, {said.itself});
    const auto spent = used(context, said.once);
    if (!repeated || !spent)
        return refuse(!repeated ? repeated.error() : spent.error());
    if (*repeated)
        return again(context, said);
    if (*spent)
        return replayed(context, said);
    if (said.words.text.empty() && said.words.files.empty())
        return refuse(Errc::message_kind, "it says nothing: write above the quoted text");
    if (said.words.text.size() > kMaxLetter)
        return refuse(Errc::message_too_large,
                      "an answer has at most " + std::to_string(kMaxLetter) + " bytes of text");
    return std::nullopt;
}

/// Whether the files get there, themselves or as links.
bool carried(const Context& context, const Addressed& addressed)
{
    if (links_to(context, addressed.draft.files))
        return true;
    return std::any_of(context.channels.begin(), context.channels.end(),
                       [&](const auto& channel)
                       {
                           return channel.second->address_of(addressed.to.party) &&
                                  carries(*channel.second, addressed.draft.files);
                       });
}

/// What the owner is asked about first; empty: nothing.
Result<std::string> reason_to_hold(const Context& context, const Said& said, const Addressed& addressed)
{
    if (!said.words.hold.empty())
        return said.words.hold;
    DMID_TRY(const bool masked, keeps_mask(context, *said.served, addressed.draft));
    if (!masked)
        return std::string{"it contains one of your own addresses"};
    if (!addressed.draft.files.empty() && !carried(context, addressed))
        return std::string{"files do not reach them this way: accepted, it goes out without them"};
    return std::string{};
}

/// An entry that waits for the owner's word.
store::Append held_entry(const Context& context, const Said& said, Addressed addressed)
{
    Outgoing meta;
    meta.to = addressed.to.party;
    meta.thread = said.thread;
    meta.sent_at = context.clock.now();
    meta.said_on = said.words.channel;
    meta.why = "not sent yet: " + said.hold + "; `dmid accept` sends it as it stands";
    Letter letter;
    letter.text = std::move(addressed.draft.text);
    letter.subject = std::move(addressed.draft.subject);
    letter.answers = std::move(addressed.draft.native_ids);
    letter.files = std::move(addressed.draft.files);
    store::Entry entry;
    entry.id = keys::random_fixed<Hash32>();
    entry.kind = static_cast<std::uint16_t>(Kind::unsent);
    entry.thread = said.thread;
    entry.meta = encode(meta);
    entry.body = encode(letter);
    entry.time = context.clock.now_ms();
    store::Append what;
    what.mailbox = said.served->box();
    what.entries.push_back(std::move(entry));
    return what;
}

/// One append: the letter or what waits, its files, and that it was said.
net::Task<Answer> write_down(Context& context, Said said, Addressed addressed, StoredFiles files)
{
    Result<store::Append> what = fail(Errc::internal_bug);
    if (said.hold.empty())
        what = write_letter(context, *said.served, addressed.to.party, addressed.to.key,
                            std::move(addressed.draft));
    else
        what = held_entry(context, said, std::move(addressed));
    if (!what)
        co_return refuse(what.error());
    const auto id = what->entries.front().id;
    claim_files(files, id, *what);
    what->charges.push_back(said.itself);
    what->charges.insert(what->charges.end(), said.once.begin(), said.once.end());
    auto appended = co_await append(context, std::move(*what));
    if (!appended)
        co_return refuse(appended.error().code == Errc::store_limit ? Errc::gateway_quota
                                                                    : appended.error().code);
    step(steps::kOwnerAppended);
    if (!said.hold.empty())
        tell(context, said, "answer held",
             "an answer of yours waits: " + said.hold + "; `dmid inbox --requests` shows it");
    Answer answer;
    answer.yes = channel::Yes::yes;
    answer.id = id;
    co_return answer;
}

net::Task<Answer> take_words(Context& context, Said said)
{
    if (auto refused = judge_words(context, said))
        co_return *std::move(refused);
    if (!context.loops->turns.may_answer(said.thread, context.clock.now_ms()))
    {
        tell(context, said, "answers too quick",
             "two programs answer each other, one of them in your name by " + said.words.channel +
                 ": for a minute nothing of it goes out");
        co_return refuse(Errc::gateway_loop, "programs answer each other here; wait a minute");
    }
    Draft draft;
    draft.text = said.words.text;
    draft.said_on = said.words.channel;
    if (said.words.proof == OwnerWords::Proof::account && !said.words.native_id.empty())
        draft.known_as = known_as(context, said.words.channel, said.words.address, said.words.native_id);
    Reference to;
    to.thread = said.thread;
    auto addressed = co_await address(context, said.served, std::move(to), std::move(draft));
    if (!addressed)
        co_return refuse(addressed.error());
    addressed->draft.thread = said.thread;
    // Mail was cleaned where it was taken apart, from quotes as well.
    const bool chat =
        said.words.proof == OwnerWords::Proof::account || said.words.proof == OwnerWords::Proof::code;
    if (chat)
    {
        auto clean = co_await clean_files(context, std::move(said.words.files));
        if (!clean)
            co_return refuse(clean.error());
        said.words.files = std::move(clean->files);
        if (said.words.hold.empty())
            said.words.hold = std::move(clean->held);
    }
    auto files = co_await store_files(context, said.served->box(), std::move(said.words.files));
    if (!files)
        co_return refuse(files.error());
    addressed->draft.files = files->list;
    // Whoever answers from there has shown that it is still theirs.
    if (const auto proven = context.bindings.prove_again(said.served->box(), said.words.channel,
                                                         said.words.address, context.clock.now());
        !proven)
        co_return refuse(proven.error());
    auto hold = reason_to_hold(context, said, *addressed);
    if (!hold)
        co_return refuse(hold.error());
    said.hold = std::move(*hold);
    co_return co_await write_down(context, std::move(said), std::move(*addressed), std::move(*files));
}
} // namespace

net::Task<Answer> Flow::answer(OwnerWords words)
{
    auto found = find_reply(context_, words.token);
    if (!found)
        co_return refuse(found.error());
    if (!*found)
        co_return refuse(Errc::gateway_not_served);
    Said said;
    said.served = (*found)->served;
    said.thread = (*found)->id;
    said.words = std::move(words);
    const auto channel = said.words.channel;
    auto answer = co_await take_words(context_, std::move(said));
    const bool yes = answer.yes == channel::Yes::yes;
    note(context_, "answer channel=" + channel +
                       (yes ? " id=" + to_hex(answer.id.view()) : " code=" + std::string{name(answer.code)}));
    co_return answer;
}

net::Task<Answer> Flow::expects(channel::Destination destination)
{
    Answer yes;
    yes.yes = channel::Yes::yes;
    if (destination.kind == channel::Destination::Kind::number)
        co_return context_.served.by_number(destination.number) ? yes : refuse(Errc::gateway_not_served);
    const auto found = destination.kind == channel::Destination::Kind::reply
                           ? find_reply(context_, destination.token)
                           : find_report(context_, destination.token);
    if (!found)
        co_return refuse(found.error());
    co_return *found ? yes : refuse(Errc::gateway_not_served);
}
} // namespace dmid::gateway
