// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "policy/compiled.hpp"
#include "policy/facts.hpp"

#include <array>
#include <span>

/// The second stage: judges an opened envelope. No loop but over the rules, no allocation, no I/O; the same
/// facts and counts give the same verdict anywhere (docs/protocol/policy.md).
namespace dmid::policy
{
/// Why the verdict is what it is.
enum class Reason : std::uint8_t
{
    rule,       ///< a rule fits and its demands are met
    by_default, ///< no rule fits
    deny_set,   ///< the sender is in a deny set
    dead_tail,  ///< the purpose tail is not listed, and the sender is no contact
    cost,       ///< a rule fits, its cost is not brought
    rate,       ///< a rule fits, its rate is exceeded
    no_policy,  ///< there is no valid policy
};

/// One limit to look up, and to charge where the verdict says so.
struct Counter
{
    Hash32 name;               ///< who and what is counted
    UnixTime window_start = 0; ///< the window that the time lies in
    std::uint32_t window = 0;  ///< seconds
    std::uint32_t limit = 0;
};

/// The counters of the rule that fits, at most kMaxRates; none where none fits or it has no rate.
struct Counters
{
    std::array<Counter, kMaxRates> list{};
    std::uint8_t size = 0;

    std::span<const Counter> view() const noexcept { return {list.data(), size}; }
};

/// What is done, and what the door says. The two differ only for a message that is dropped by a deny set or a
/// dead tail: `answer`, `work`, `charge` are then what they would have been without it.
struct Verdict
{
    Action action = Action::request;
    Action answer = Action::request;
    Reason reason = Reason::no_policy; ///< of the action
    std::int8_t rule = -1;             ///< index of the rule that fits; -1: none
    std::int8_t set = -1;              ///< index of the deny set
    std::uint8_t work = 0;      ///< bits that suffice, where the answer is `challenge`; 0: work does not
    bool charge = false;        ///< charge each of counters_for() by one, in the same append
    bool receipts = false;      ///< this sender may learn more than `accepted`
    bool urgent = false;        ///< passes the quiet hours
    bool uncertain = false;     ///< an unknown fact could have made an earlier rule fit
    std::span<const Leg> via{}; ///< for deliver and digest; lives as long as the Compiled

    /// The door's answer is a yes (also for a drop).
    bool yes() const noexcept
    {
        return answer == Action::deliver || answer == Action::digest || answer == Action::request ||
               answer == Action::drop;
    }
};

/// Index of the first rule whose conditions hold; -1 where none does.
int first_fit(const Compiled& policy, const Facts& facts) noexcept;

/// What must be counted before evaluate(). `sender` names the counterparty for rates of each sender: the id
/// of its thread-independent identity, or for anonymous senders a hash of where they come from.
Counters counters_for(const Compiled& policy, const Facts& facts, const Hash32& sender,
                      UnixTime time) noexcept;

/// The verdict. `counts` are the sums so far, in the order of counters_for(); a missing one is unknown and
/// taken as exceeded. For a held request that is accepted give zeroes and ignore `charge`.
Verdict evaluate(const Compiled& policy, const Facts& facts, std::span<const std::uint64_t> counts) noexcept;

/// Without a valid policy, or before its head is known to be fresh: everything is a request.
Verdict without_policy() noexcept;
} // namespace dmid::policy
