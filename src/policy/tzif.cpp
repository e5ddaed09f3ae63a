// SPDX-License-Identifier: Apache-2.0
#include "policy/tzif.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace dmid::policy
{
namespace
{
constexpr std::size_t kHeader = 44;
constexpr std::int32_t kDay = 86'400;
constexpr std::int32_t kMaxOffset = 26 * 3600; // RFC 8536 §3.2: -25 h … 26 h, less one second
constexpr std::int64_t kYearOne = -62'135'596'800;
constexpr std::int64_t kYearTenThousand = 253'402'300'800;

tl::unexpected<Error> bad_zone(const char* what)
{
    return fail(Errc::codec_syntax, std::string{"time zone: "} + what);
}

std::uint64_t number_at(ByteView bytes, std::size_t at, unsigned size)
{
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
        value = (value << 8U) | bytes[at + i];
    return value;
}

/// The counts of one block and how long it is.
struct Counts
{
    std::size_t isut = 0, isstd = 0, leap = 0, time = 0, type = 0, chars = 0;

    std::size_t block(std::size_t time_size) const
    {
        return time * (time_size + 1) + type * 6 + chars + leap * (time_size + 4) + isstd + isut;
    }
};

Result<Counts> read_counts(ByteView file, std::size_t at)
{
    if (file.size() < at + kHeader || as_text(file.subspan(at, 4)) != "TZif")
        return bad_zone("no header");
    Counts out;
    std::size_t* const fields[]{&out.isut, &out.isstd, &out.leap, &out.time, &out.type, &out.chars};
    for (std::size_t i = 0; i < 6; ++i)
        *fields[i] = number_at(file, at + 20 + 4 * i, 4);
    if (out.time > kMaxTransitions || out.type == 0 || out.type > 256 || out.chars > 1024 ||
        out.leap > 1024 || (out.isut != 0 && out.isut != out.type) ||
        (out.isstd != 0 && out.isstd != out.type))
        return bad_zone("counts");
    return out;
}

// --- the days of the Gregorian calendar, 1970-01-01 being day 0 ---

bool leap_year(std::int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

std::int64_t days_before_year(std::int64_t year)
{
    const auto before = year - 1;
    return 365 * before + before / 4 - before / 100 + before / 400 - 719'162;
}

std::int64_t year_of(UnixTime time)
{
    auto year = 1970 + time / 31'556'952; // the mean year
    while (days_before_year(year) * kDay > time)
        --year;
    while (days_before_year(year + 1) * kDay <= time)
        ++year;
    return year;
}

int days_in_month(std::int64_t year, int month)
{
    constexpr int kMonthDays[]{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap_year(year) ? 29 : kMonthDays[month - 1];
}

/// The moment of a rule in a year, in the local time that holds before it.
UnixTime moment(const ZoneRule& rule, std::int64_t year)
{
    auto day = days_before_year(year);
    switch (rule.form)
    {
    case ZoneRule::Form::julian:
        day += rule.day - 1 + (leap_year(year) && rule.day >= 60 ? 1 : 0);
        break;
    case ZoneRule::Form::zero_day:
        day += rule.day;
        break;
    case ZoneRule::Form::weekday:
    {
        for (int month = 1; month < rule.month; ++month)
            day += days_in_month(year, month);
        const auto first = ((day + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
        auto in_month = (rule.day - first + 7) % 7 + 7 * (rule.week - 1);
        if (in_month >= days_in_month(year, rule.month))
            in_month -= 7;
        day += in_month;
        break;
    }
    }
    return day * kDay + rule.time;
}

std::int32_t footer_offset(const ZoneFooter& footer, UnixTime time)
{
    if (!footer.has_summer)
        return footer.standard;
    const auto year = year_of(time + footer.standard);
    const auto begin = moment(footer.begin, year) - footer.standard;
    const auto end = moment(footer.end, year) - footer.summer;
    // On the southern half the summer runs over the end of the year.
    const bool summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
    return summer ? footer.summer : footer.standard;
}

/// Reads a footer from left to right.
class FooterReader
{
public:
    explicit FooterReader(std::string_view text)
        : text_{text}
    {
    }
    bool done() const { return text_.empty(); }
    bool take(char c)
    {
        if (text_.empty() || text_.front() != c)
            return false;
        text_.remove_prefix(1);
        return true;
    }
    bool at(char c) const { return !text_.empty() && text_.front() == c; }
    bool at_digit() const { return !text_.empty() && is_ascii_digit(text_.front()); }

    Result<> name()
    {
        const bool quoted = take('<');
        std::size_t length = 0;
        while (!text_.empty())
        {
            const char c = text_.front();
            const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            const bool extra = quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-');
            if (!letter && !extra)
                break;
            text_.remove_prefix(1);
            ++length;
        }
        if (length < 3 || length > 16 || (quoted && !take('>')))
            return bad_zone("a name");
        return {};
    }

    Result<std::int32_t> number(std::int32_t least, std::int32_t most)
    {
        std::int32_t value = 0;
        std::size_t digits = 0;
        while (at_digit() && digits < 4)
        {
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
            ++digits;
        }
        if (digits == 0 || at_digit())
            return bad_zone("a number");
        if (value < least || value > most)
            return fail(Errc::codec_range, "time zone: a number");
        return value;
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    Result<std::int32_t> time(std::int32_t most_hours)
    {
        const bool minus = take('-');
        if (!minus)
            take('+');
        DMID_TRY(const auto hours, number(0, most_hours));
        std::int32_t seconds = hours * 3600;
        if (take(':'))
        {
            DMID_TRY(const auto minutes, number(0, 59));
            seconds += minutes * 60;
            if (take(':'))
            {
                DMID_TRY(const auto rest, number(0, 59));
                seconds += rest;
            }
        }
        return minus ? -seconds : seconds;
    }

    Result<ZoneRule> rule()
    {
        ZoneRule out;
        if (!take(','))
            return bad_zone("a rule");
        if (take('M'))
        {
            out.form = ZoneRule::Form::weekday;
            DMID_TRY(out.month, number(1, 12));
            const bool first_dot = take('.');
            DMID_TRY(out.week, number(1, 5));
            if (!first_dot || !take('.'))
                return bad_zone("a rule");
            DMID_TRY(out.day, number(0, 6));
        }
        else
        {
            const bool julian = take('J');
            out.form = julian ? ZoneRule::Form::julian : ZoneRule::Form::zero_day;
            DMID_TRY(out.day, number(julian ? 1 : 0, 365));
        }
        if (take('/'))
        {
            DMID_TRY(out.time, time(167));
        }
        return out;
    }

private:
    std::string_view text_;
};
} // namespace

Result<ZoneFooter> parse_zone_footer(std::string_view text)
{
    FooterReader reader{text};
    ZoneFooter out;
    DMID_TRY(reader.name());
    // POSIX counts west of Greenwich.
    DMID_TRY(const auto west, reader.time(24));
    out.standard = -west;
    if (reader.done())
        return out;
    DMID_TRY(reader.name());
    out.has_summer = true;
    out.summer = out.standard + 3600;
    if (!reader.at(','))
    {
        DMID_TRY(const auto summer_west, reader.time(24));
        out.summer = -summer_west;
    }
    DMID_TRY(out.begin, reader.rule());
    DMID_TRY(out.end, reader.rule());
    if (!reader.done())
        return bad_zone("text behind the rules");
    return out;
}

Result<Zone> Zone::parse(ByteView file)
{
    if (file.size() > kMaxTzif)
        return fail(Errc::codec_too_large, "time zone");
    DMID_TRY(const auto old, read_counts(file, 0));
    if (file[4] < '2')
        return bad_zone("version 1 ends in 2038");
    // The block for 32-bit readers is passed over.
    const auto second = kHeader + old.block(4);
    DMID_TRY(const auto counts, read_counts(file, second));
    const auto times = second + kHeader;
    const auto end = times + counts.block(8);
    if (file.size() < end + 2 || file[end] != '\n' || file.back() != '\n')
        return bad_zone("cut short");
    const auto indices = times + counts.time * 8;
    const auto types = indices + counts.time;
    std::vector<std::int32_t> offsets;
    for (std::size_t i = 0; i < counts.type; ++i)
    {
        const auto offset = static_cast<std::int32_t>(number_at(file, types + 6 * i, 4));
        if (offset <= -kMaxOffset || offset >= kMaxOffset)
            return fail(Errc::codec_range, "time zone: an offset");
        offsets.push_back(offset);
    }
    Zone out;
    out.first_ = offsets.front();
    for (std::size_t i = 0; i < counts.time; ++i)
    {
        const auto at = static_cast<std::int64_t>(number_at(file, times + 8 * i, 8));
        const auto index = file[indices + i];
        if (index >= offsets.size() || (i > 0 && at <= out.transitions_.back().at))
            return bad_zone("transitions");
        out.transitions_.push_back({at, offsets[index]});
    }
    const auto footer = as_text(file.subspan(end + 1, file.size() - end - 2));
    if (!footer.empty())
    {
        DMID_TRY(out.footer_, parse_zone_footer(footer));
    }
    return out;
}

std::int32_t Zone::offset_at(UnixTime time) const noexcept
{
    const auto later = std::upper_bound(transitions_.begin(), transitions_.end(), time,
                                        [](UnixTime t, const Transition& one) { return t < one.at; });
    if (later == transitions_.end() && footer_)
        return footer_offset(*footer_, std::clamp(time, kYearOne, kYearTenThousand));
    return later == transitions_.begin() ? first_ : std::prev(later)->offset;
}
} // namespace dmid::policy
