// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops.hpp"

#include "crypto/hmac.hpp"
#include "gateway/context.hpp"
#include "gateway/stages.hpp"

#include <algorithm>

namespace dmid::gateway
{
namespace
{
constexpr UnixTime kRemembered = 3600;
constexpr std::size_t kMostRemembered = 32;
/// Shorter words are said by people again and again; longer ones are not searched.
constexpr std::size_t kMinInner = 16;
constexpr std::size_t kMaxSearched = 4 * 1024;
/// Numbers whose words are remembered at once: with the limits above at most 32 MiB, whoever writes.
constexpr std::size_t kMostNumbers = 256;
constexpr unsigned kMostRounds = 3;

constexpr std::size_t kMostTalks = 4096;
/// What was said so long ago is followed by nothing at once (milliseconds).
constexpr UnixMillis kForgotten = 120'000;

bool by_platform(const Arrival& arrival)
{
    if (!arrival.in.letter)
        return false;
    const auto& letter = *arrival.in.letter;
    const auto is = [](const model::Party& party)
    { return std::holds_alternative<model::PlatformAccount>(party); };
    return (letter.claimed && is(*letter.claimed)) || std::any_of(letter.from.begin(), letter.from.end(), is);
}
} // namespace

std::string mark_of(const Context& context, const store::MailboxId& box)
{
    auto message = to_bytes(as_bytes("dmid/passed/v1"));
    dmid::append(message, box.view());
    const auto mac = crypto::hmac_sha256(context.node_key.secret.view(), message);
    return to_base32(mac.view().first(model::kPassedMark * 5 / 8));
}

bool Rounds::came_around(const store::MailboxId& box, std::string_view text, UnixTime now)
{
    if (text.size() < kMinInner || text.size() > kMaxSearched)
        return false;
    const std::lock_guard hold{mutex_};
    if (words_.size() >= kMostNumbers && !words_.contains(box))
        std::erase_if(words_,
                      [now](const auto& number) { return number.second.back().at + kRemembered < now; });
    if (words_.size() >= kMostNumbers && !words_.contains(box))
        words_.clear();
    auto& words = words_[box];
    std::erase_if(words, [now](const Words& one) { return one.at + kRemembered < now; });
    unsigned depth = 0;
    for (const auto& one : words)
    {
        // People put more behind what they said; whoever forwards puts something before it.
        const auto at = text.find(one.text);
        if (at != std::string_view::npos && at > 0)
            depth = std::max(depth, one.depth + 1);
    }
    if (words.size() >= kMostRemembered)
        words.pop_front();
    words.push_back({std::string{text}, now, depth});
    return depth >= kMostRounds;
}

void QuickTurns::came(const Hash32& thread, UnixMillis now)
{
    const std::lock_guard hold{mutex_};
    if (talks_.size() >= kMostTalks)
        std::erase_if(talks_, [now](const auto& talk)
                      { return std::max(talk.second.came, talk.second.until) + kForgotten < now; });
    if (talks_.size() >= kMostTalks && !talks_.contains(thread))
        talks_.clear();
    auto& talk = talks_[thread];
    talk.quick = talk.answered != 0 && now - talk.answered <= kQuick;
    talk.came = now;
}

bool QuickTurns::may_answer(const Hash32& thread, UnixMillis now)
{
    const std::lock_guard hold{mutex_};
    const auto found = talks_.find(thread);
    if (found == talks_.end())
        return true;
    auto& talk = found->second;
    if (talk.until > now)
        return false;
    // The first answer begins; from then on each side has to be as quick as the other.
    const bool at_once = now - talk.came <= kQuick;
    talk.turns = at_once && (talk.quick || talk.answered == 0) ? talk.turns + 1 : 0;
    talk.answered = now;
    talk.quick = false;
    if (talk.turns <= kQuickTurns)
        return true;
    talk = {};
    talk.until = now + kPause;
    return false;
}

Refusal stop_loops(Context& context, const Arrival& arrival)
{
    const auto box = arrival.to->box();
    const auto own = mark_of(context, box);
    const auto& passed = arrival.passed;
    bool again = std::find(passed.begin(), passed.end(), own) != passed.end();
    if (!again && passed.size() >= model::kMostPassed)
        return refuse(Errc::gateway_loop);
    // Mail quotes what it answers, and has a field for the mark; on many platforms there are only the words.
    if (!again && by_platform(arrival))
        again = context.loops->rounds.came_around(box, arrival.in.letter->text, arrival.now);
    if (!again)
        return std::nullopt;
    context.alarms.raise("loop",
                         "a message came back by " + arrival.in.door +
                             " that had been brought to you already: something forwards what reaches you "
                             "to your own number; it was refused",
                         arrival.now, AlarmScope{arrival.to->identity.number, {}, arrival.now + kEventAlarm});
    return refuse(Errc::gateway_loop);
}
} // namespace dmid::gateway
