// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "model/classes.hpp"
#include "model/party.hpp"
#include "policy/words.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What an owner says about who gets through and where it arrives (docs/protocol/policy.md).
/// Written as TOML (toml.hpp), signed as canonical bytes (bytes.hpp), compiled (compiled.hpp) and then
/// evaluated (evaluate.hpp).
namespace dmid::policy
{
inline constexpr std::size_t kMaxToml = 64 * 1024;  ///< bytes of TOML, comments included
inline constexpr std::size_t kMaxBytes = 16 * 1024; ///< bytes of the canonical form
inline constexpr std::size_t kMaxRules = 64;
inline constexpr std::size_t kMaxSets = 32;
inline constexpr std::size_t kMaxTails = 32;
inline constexpr std::size_t kMaxZones = 4;
inline constexpr std::size_t kMaxWindows = 4; ///< of one rule
inline constexpr std::size_t kMaxRates = 2;   ///< of one rule
inline constexpr std::size_t kMaxLegs = 4;    ///< of one rule
inline constexpr std::size_t kMaxHours = 8;   ///< labels with quiet hours, and those that are off at times
inline constexpr std::size_t kMaxDigests = 8; ///< moments of the week at which digests go out
inline constexpr std::size_t kMaxName = 32;   ///< bytes of the name of a set, tail or label
inline constexpr std::size_t kMaxNote = 120;  ///< bytes
inline constexpr unsigned kMaxWork = 32;      ///< bits

/// One way to the owner: the label of a binding, never an address.
struct Leg
{
    std::string to;
    std::uint32_t within = 0; ///< seconds to wait for its confirmation before the next leg; 0: all at once
    bool notice = false;      ///< say that a message is there, not what it says

    bool operator==(const Leg&) const = default;
};

/// At most `limit` messages per window (aligned to UTC), of each sender or of all together.
struct Rate
{
    std::uint32_t limit = 0;
    std::uint32_t window = 0; ///< seconds: a minute, an hour, a day or a week
    bool each = false;

    bool operator==(const Rate&) const = default;
};

/// A piece of the week. `from` > `to` runs past midnight into the next day; equal is the whole day.
struct Window
{
    std::uint8_t days = 0;  ///< bit 0 is Monday
    std::uint16_t from = 0; ///< minute of the day, 0 … 1439
    std::uint16_t to = 0;   ///< first minute outside
    std::uint8_t zone = 0;  ///< index into Policy::zones

    bool operator==(const Window&) const = default;
};

/// A moment of the week.
struct Moment
{
    std::uint8_t days = 0; ///< bit 0 is Monday
    std::uint16_t at = 0;  ///< minute of the day
    std::uint8_t zone = 0; ///< index into Policy::zones

    bool operator==(const Moment&) const = default;
};

/// When nothing is brought to a label.
struct Hours
{
    std::string label;        ///< empty: to all of them
    std::vector<Window> when; ///< in any of them

    bool operator==(const Hours&) const = default;
};

/// A number in a set. Without an epoch it means whoever holds it: deny entries only.
struct NumberMember
{
    std::optional<model::Network> network; ///< absent: the network of the policy's own number
    model::Number number;
    std::optional<std::uint32_t> epoch;

    bool operator==(const NumberMember&) const = default;
};
using Member = std::variant<NumberMember, model::NostrKey, model::WalletAddress, model::EmailAddress,
                            model::PlatformAccount>;

struct Set
{
    std::string name;
    std::vector<Member> members; ///< ordered by their encoding

    bool operator==(const Set&) const = default;
};

struct NamedTail
{
    std::string name;
    model::Tail tail;

    bool operator==(const NamedTail&) const = default;
};

struct Deny
{
    std::uint8_t set = 0; ///< index into Policy::sets
    bool reject = false;  ///< say no instead of nothing

    bool operator==(const Deny&) const = default;
};

/// The bit of a message without a purpose tail, in Rule::ext.
inline constexpr std::uint64_t kNoTailBit = 1ULL << 63U;

/// Conditions (a zero mask or an empty list is no condition), demands, and what is done.
struct Rule
{
    std::string note;
    model::ClassMask who = 0;
    std::uint32_t who_sets = 0; ///< bit n: Policy::sets[n]; fits where a class or a set does
    std::uint64_t ext = 0;      ///< bit n: Policy::tails[n]; kNoTailBit
    std::uint8_t addressed = 0;
    std::uint32_t channel = 0;
    std::uint8_t kind = 0;
    std::vector<Window> when; ///< fits in any of them
    std::uint8_t work = 0;    ///< bits demanded
    std::vector<Rate> rate;   ///< all must hold
    Action action = Action::request;
    std::vector<Leg> via;
    bool urgent = false; ///< what is delivered by it passes the quiet hours

    bool operator==(const Rule&) const = default;
};

struct Policy
{
    Action default_action = Action::request;
    std::vector<Leg> via;           ///< for deliveries whose rule names none
    model::ClassMask receipts = 0;  ///< who learns more than `accepted`
    std::vector<NamedTail> tails;   ///< ordered by name
    std::vector<std::string> zones; ///< IANA names, ordered, each in use
    std::vector<Set> sets;          ///< ordered by name
    std::vector<Deny> deny;         ///< ordered by set
    std::vector<Rule> rules;        ///< in the owner's order
    std::vector<Hours> quiet;       ///< ordered by label; what is urgent passes
    std::vector<Hours> off;         ///< ordered by label; nothing passes
    std::vector<Moment> digest;     ///< when digests go out; not empty where a rule says so

    bool operator==(const Policy&) const = default;
};

/// Checks what the types do not: limits, order, references, and that work alone yields no more than a
/// request. policy.too-large, policy.value, policy.unknown-set, policy.not-implemented.
Result<> check(const Policy& policy);
} // namespace dmid::policy
