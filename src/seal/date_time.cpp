// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"
#include "seal/sign_in.hpp"

namespace dmid::seal
{
namespace
{
/// Takes so many digits off the front; -1 where they are not there.
int take_digits(std::string_view& text, std::size_t count) noexcept
{
    if (text.size() < count)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i)
    {
        if (!is_ascii_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take_letter(std::string_view& text, char upper) noexcept
{
    if (text.empty() || ascii_upper(text[0]) != upper)
        return false;
    text.remove_prefix(1);
    return true;
}

int days_of(int year, int month) noexcept
{
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

/// Days since 1970-01-01, after Howard Hinnant's days_from_civil: years begin in March, so that the leap day
/// is their last.
UnixTime days_since_1970(int year, int month, int day) noexcept
{
    const int y = month <= 2 ? year - 1 : year;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int of_era = y - era * 400;
    const int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return UnixTime{era} * 146097 + day_of_era - 719468;
}

/// `Z`, or hours and minutes east of Greenwich, in seconds.
std::optional<UnixTime> take_offset(std::string_view text) noexcept
{
    if (take_letter(text, 'Z'))
        return text.empty() ? std::optional<UnixTime>{0} : std::nullopt;
    if (text.empty() || (text[0] != '+' && text[0] != '-'))
        return std::nullopt;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const int hours = take_digits(text, 2);
    const bool colon = take_letter(text, ':');
    const int minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !colon || minutes < 0 || minutes > 59 || !text.empty())
        return std::nullopt;
    return sign * (UnixTime{hours} * 3600 + UnixTime{minutes} * 60);
}
} // namespace

std::optional<UnixTime> parse_date_time(std::string_view text) noexcept
{
    const int year = take_digits(text, 4);
    const bool first = take_letter(text, '-');
    const int month = take_digits(text, 2);
    const bool second = take_letter(text, '-');
    const int day = take_digits(text, 2);
    const bool letter = take_letter(text, 'T');
    const int hour = take_digits(text, 2);
    const bool third = take_letter(text, ':');
    const int minute = take_digits(text, 2);
    const bool fourth = take_letter(text, ':');
    const int seconds = take_digits(text, 2);
    if (year < 0 || !first || month < 1 || month > 12 || !second || day < 1 || day > days_of(year, month) ||
        !letter || hour < 0 || hour > 23 || !third || minute < 0 || minute > 59 || !fourth || seconds < 0 ||
        seconds > 60) // 60: a leap second
        return std::nullopt;
    if (take_letter(text, '.'))
    {
        if (take_digits(text, 1) < 0)
            return std::nullopt;
        while (take_digits(text, 1) >= 0)
            continue;
    }
    const auto offset = take_offset(text);
    if (!offset)
        return std::nullopt;
    return days_since_1970(year, month, day) * 86400 + UnixTime{hour} * 3600 + UnixTime{minute} * 60 +
           seconds - *offset;
}
} // namespace dmid::seal
