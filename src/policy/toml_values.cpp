// SPDX-License-Identifier: Apache-2.0
#include "policy/toml_values.hpp"

#include "model/nearest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace dmid::policy
{
namespace
{
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint8_t kEveryDay = 127;

struct Unit
{
    std::string_view name;
    std::uint32_t seconds;
};
constexpr std::array kRateUnits{Unit{"minute", 60}, Unit{"hour", 3600}, Unit{"day", 86'400},
                                Unit{"week", 604'800}};
constexpr std::array kShortUnits{Unit{"d", 86'400}, Unit{"h", 3600}, Unit{"m", 60}, Unit{"s", 1}};

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> out;
    while (true)
    {
        const auto place = text.find(at);
        const auto piece = text.substr(0, place);
        if (!piece.empty() || at != ' ')
            out.push_back(piece);
        if (place == std::string_view::npos)
            return out;
        text.remove_prefix(place + 1);
    }
}

std::optional<std::uint32_t> whole(std::string_view text)
{
    std::uint32_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

tl::unexpected<Error> expected(std::string_view what, std::string_view got)
{
    return fail(Errc::policy_value, "expected " + std::string{what} + ", got " + model::quoted(got));
}

constexpr std::string_view kRateForm = "a rate like \"5 per day\" or \"5 per day each\"";
constexpr std::string_view kMomentForm = "a time like \"mon-fri 08:00 Europe/Berlin\"";
constexpr std::string_view kWindowForm = "a time like \"mon-fri 09:00-17:30 Europe/Berlin\"";

std::optional<unsigned> day(std::string_view text)
{
    const auto* found = std::find(kDays.begin(), kDays.end(), text);
    if (found == kDays.end())
        return std::nullopt;
    return static_cast<unsigned>(found - kDays.begin());
}

// `mon-fri,sun`; a range may run over the weekend.
std::optional<std::uint8_t> days(std::string_view text)
{
    if (text == "daily")
        return kEveryDay;
    unsigned mask = 0;
    for (const auto piece : split(text, ','))
    {
        const auto dash = piece.find('-');
        const auto first = day(piece.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : day(piece.substr(dash + 1));
        if (!first || !last)
            return std::nullopt;
        for (unsigned d = *first;; d = (d + 1) % 7)
        {
            mask |= 1U << d;
            if (d == *last)
                break;
        }
    }
    return static_cast<std::uint8_t>(mask);
}

// `09:00`; `24:00` is 1440
std::optional<unsigned> clock_time(std::string_view text)
{
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    const auto hours = whole(text.substr(0, 2));
    const auto minutes = whole(text.substr(3));
    if (!hours || !minutes || *minutes > 59 || *hours * 60 + *minutes > 1440)
        return std::nullopt;
    return *hours * 60 + *minutes;
}
} // namespace

Result<Rate> parse_rate(std::string_view text)
{
    const auto words = split(text, ' ');
    if (words.size() < 3 || words.size() > 4 || words[1] != "per" ||
        (words.size() == 4 && words[3] != "each"))
        return expected(kRateForm, text);
    const auto limit = whole(words[0]);
    const auto* unit =
        std::find_if(kRateUnits.begin(), kRateUnits.end(), [&](const Unit& u) { return u.name == words[2]; });
    if (!limit || unit == kRateUnits.end())
        return expected(kRateForm, text);
    return Rate{*limit, unit->seconds, words.size() == 4};
}

std::string to_string(const Rate& rate)
{
    std::string_view unit = "?";
    for (const auto& u : kRateUnits)
        if (u.seconds == rate.window)
            unit = u.name;
    return std::to_string(rate.limit) + " per " + std::string{unit} + (rate.each ? " each" : "");
}

Result<std::uint32_t> parse_duration(std::string_view text)
{
    for (const auto& unit : kShortUnits)
    {
        if (text.empty() || text.substr(text.size() - 1) != unit.name)
            continue;
        const auto count = whole(text.substr(0, text.size() - 1));
        if (!count || *count == 0 || *count > 604'800 / unit.seconds)
            break;
        return *count * unit.seconds;
    }
    return expected("a time like \"30s\", \"10m\" or \"2h\", a week at most", text);
}

std::string duration_text(std::uint32_t seconds)
{
    for (const auto& unit : kShortUnits)
        if (seconds % unit.seconds == 0)
            return std::to_string(seconds / unit.seconds) + std::string{unit.name};
    return {};
}

Result<NamedWindow> parse_window(std::string_view text)
{
    const auto words = split(text, ' ');
    if (words.size() < 2 || words.size() > 3)
        return expected(kWindowForm, text);
    NamedWindow out;
    const auto mask = days(words[0]);
    if (!mask)
        return expected(kWindowForm, text);
    out.window.days = *mask;
    out.zone = std::string{words.back()};
    if (out.zone.find(':') != std::string::npos)
        return fail(Errc::policy_value, "the time needs a zone, such as Europe/Berlin or UTC");
    if (words.size() == 2)
        return out;
    const auto dash = words[1].find('-');
    const auto from = clock_time(words[1].substr(0, dash));
    const auto to = dash == std::string_view::npos ? std::nullopt : clock_time(words[1].substr(dash + 1));
    if (!from || !to || *from == 1440 || *from == *to)
        return expected(kWindowForm, text);
    out.window.from = static_cast<std::uint16_t>(*from);
    out.window.to = static_cast<std::uint16_t>(*to % 1440);
    return out;
}

Result<NamedMoment> parse_moment(std::string_view text)
{
    const auto words = split(text, ' ');
    if (words.size() != 3)
        return expected(kMomentForm, text);
    const auto mask = days(words[0]);
    const auto at = clock_time(words[1]);
    if (!mask || !at || *at == 1440)
        return expected(kMomentForm, text);
    return NamedMoment{{*mask, static_cast<std::uint16_t>(*at), 0}, std::string{words[2]}};
}

std::string to_string(const Moment& moment, std::string_view zone)
{
    return days_text(moment.days) + ' ' + time_text(moment.at) + ' ' + std::string{zone};
}

std::string days_text(std::uint8_t days)
{
    if (days == kEveryDay)
        return "daily";
    std::string out;
    for (unsigned d = 0; d < 7; ++d)
    {
        if ((days >> d & 1U) == 0)
            continue;
        unsigned last = d;
        while (last < 6 && (days >> (last + 1) & 1U) != 0)
            ++last;
        out += (out.empty() ? "" : ",") + std::string{kDays[d]};
        if (last > d)
            out += (last == d + 1 ? "," : "-") + std::string{kDays[last]};
        d = last;
    }
    return out;
}

std::string time_text(unsigned minute)
{
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(minute / 60) + ':' + two(minute % 60);
}

std::string to_string(const Window& window, std::string_view zone)
{
    auto out = days_text(window.days);
    if (window.from != window.to)
        out += ' ' + time_text(window.from) + '-' + time_text(window.to == 0 ? 1440 : window.to);
    return out + ' ' + std::string{zone};
}
} // namespace dmid::policy
