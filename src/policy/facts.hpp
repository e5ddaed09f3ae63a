// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "model/envelope.hpp"
#include "policy/compiled.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace dmid::policy
{
inline constexpr std::uint8_t kNoTail = 0xFF;      ///< the message names no purpose tail
inline constexpr std::uint8_t kUnknownTail = 0xFE; ///< it names one that the policy does not list (any more)
inline constexpr std::int16_t kUnknownMinute = -1;

/// Everything that an evaluation looks at, extracted before under a budget. Of fixed size, and a value: the
/// verdict log keeps it, and the same facts give the same verdict anywhere.
struct Facts
{
    model::ClassMask proven = 0;  ///< with derived_classes() applied
    model::ClassMask unknown = 0; ///< could not be found out; never counts as proven
    std::uint32_t sets = 0;       ///< bit n: the sender is in Policy::sets[n]
    std::uint8_t tail = kNoTail;  ///< index into Policy::tails, kNoTail or kUnknownTail
    Door door = Door::http;
    model::ContentKind kind = model::ContentKind::text;
    Addressed addressed = Addressed::number;
    std::uint8_t work = 0; ///< bits proven on this message; 0: none
    /// Minute of the week (0 is Monday 00:00) in each of Policy::zones.
    std::array<std::int16_t, kMaxZones> minute{kUnknownMinute, kUnknownMinute, kUnknownMinute,
                                               kUnknownMinute};

    bool operator==(const Facts&) const = default;
};

/// Adds `stranger` (something proven, but neither contact nor answered before) or `anonymous` (nothing
/// proven). Where an unknown class would decide, the derived one becomes unknown too.
void derive_classes(Facts& facts) noexcept;

/// Tells the minute of the week in a zone; nothing where the zone is not known. Zone tables are files: the
/// caller reads them (model of one file: tzif.hpp).
using MinuteOfWeek = std::function<std::optional<std::uint16_t>(std::string_view zone, UnixTime time)>;

/// What the caller found out about one message.
struct Observation
{
    const model::Counterparty* from = nullptr;
    model::ClassMask proven = 0; ///< contact and answered-before included, derived ones not
    model::ClassMask unknown = 0;
    std::optional<model::Tail> ext;
    Door door = Door::http;
    model::ContentKind kind = model::ContentKind::text;
    Addressed addressed = Addressed::number;
    unsigned work = 0;
    UnixTime time = 0;
};

/// The facts of one message under one policy: looks the sender up in the sets, the tail in the list, the
/// time in the zones. `UTC` needs no table.
Facts extract(const Compiled& policy, const Observation& seen, const MinuteOfWeek& zones);
/// Bits of the policy's sets that hold one of the parties.
std::uint32_t sets_of(const Compiled& policy, const model::Counterparty& from) noexcept;
/// Minute of the week of a time that is already local (UTC plus the zone's offset).
std::uint16_t minute_of_week(UnixTime local) noexcept;
} // namespace dmid::policy
