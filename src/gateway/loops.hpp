// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "gateway/served.hpp"
#include "model/passed.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

/// What ends a message that goes round, or two programs that answer each other. Three means, since not every
/// channel carries a mark: the mark of the number, words that lie in each other like boxes, and answers that
/// come faster than people write.
namespace dmid::gateway
{
struct Context;

/// The mark of this number on this node: what it brings carries it. It tells nobody which number it is.
std::string mark_of(const Context& context, const store::MailboxId& box);

/// Boxes in boxes: whoever forwards what came puts words around it, so what goes round grows. A message holds
/// another where it has all of its words and more. Bounded; forgets with the process. Thread-safe.
class Rounds
{
public:
    /// Remembers the words; true where they hold words that hold words that hold words (three rounds) of the
    /// last hour, for this number.
    bool came_around(const store::MailboxId& box, std::string_view text, UnixTime now);
    /// Of how many numbers words are remembered.
    std::size_t numbers() const
    {
        const std::lock_guard hold{mutex_};
        return words_.size();
    }

private:
    struct Words
    {
        std::string text;
        UnixTime at = 0;
        unsigned depth = 0;
    };
    mutable std::mutex mutex_;
    std::map<store::MailboxId, std::deque<Words>> words_;
};

/// Whether programs talk with each other: both sides of a thread answered within kQuick, kQuickTurns times
/// running. People, and a person with a program, are slower on one side at least. Bounded; forgets with the
/// process. Thread-safe.
class QuickTurns
{
public:
    /// Milliseconds.
    static constexpr UnixMillis kQuick = 3'000;
    static constexpr unsigned kQuickTurns = 10;
    /// So long nothing more goes out of that thread by a channel (milliseconds).
    static constexpr UnixMillis kPause = 60'000;

    /// A message of the counterparty was accepted.
    void came(const Hash32& thread, UnixMillis now);
    /// The owner's words are about to go out: false where they must not.
    bool may_answer(const Hash32& thread, UnixMillis now);

private:
    struct Talk
    {
        UnixMillis came = 0;
        UnixMillis answered = 0;
        unsigned turns = 0;
        bool quick = false; ///< what came last followed an answer at once
        UnixMillis until = 0;
    };
    std::mutex mutex_;
    std::map<Hash32, Talk> talks_;
};

struct Loops
{
    Rounds rounds;
    QuickTurns turns;
};
} // namespace dmid::gateway
