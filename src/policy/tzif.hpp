// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Time zones from the files that every system has (TZif, RFC 8536). Pure: the caller reads the file.
namespace dmid::policy
{
inline constexpr std::size_t kMaxTzif = 64 * 1024; ///< bytes; the largest of tzdata has 4 KiB
inline constexpr std::size_t kMaxTransitions = 4096;

/// When one of the two times of the year begins, in a footer (POSIX TZ).
struct ZoneRule
{
    enum class Form : std::uint8_t
    {
        julian,   ///< `Jn`: day 1 … 365, 29 February never counted
        zero_day, ///< `n`: day 0 … 365
        weekday,  ///< `Mm.w.d`: week 1 … 5 (5: the last) of month 1 … 12, weekday 0 (Sunday) … 6
    };
    Form form = Form::julian;
    int month = 0;
    int week = 0;
    int day = 0;
    std::int32_t time = 7200; ///< seconds after midnight, -167 … 167 hours
};

/// What holds after the last transition.
struct ZoneFooter
{
    std::int32_t standard = 0; ///< seconds east of Greenwich
    std::int32_t summer = 0;
    bool has_summer = false;
    ZoneRule begin; ///< of summer time, in standard time
    ZoneRule end;   ///< in summer time
};

/// One zone. A value.
class Zone
{
public:
    /// Reads a TZif file of version 2 or later. codec.syntax (naming what), codec.too-large, codec.range.
    static Result<Zone> parse(ByteView file);

    /// Seconds that local time is ahead of UTC at that moment. Total: any time gives something.
    std::int32_t offset_at(UnixTime time) const noexcept;

private:
    struct Transition
    {
        UnixTime at = 0;
        std::int32_t offset = 0;
    };
    std::vector<Transition> transitions_; // in order of time
    std::int32_t first_ = 0;              // before all of them
    std::optional<ZoneFooter> footer_;
};

/// The last line of a file: `CET-1CEST,M3.5.0,M10.5.0/3`. codec.syntax, codec.range.
Result<ZoneFooter> parse_zone_footer(std::string_view text);
} // namespace dmid::policy
