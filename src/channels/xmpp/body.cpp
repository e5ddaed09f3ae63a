// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/body.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "channels/xmpp/errors.hpp"
#include "channels/xmpp/namespaces.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace dmid::channels::xmpp
{
namespace
{
/// A number of digits alone, all of the text.
std::optional<unsigned> whole(std::string_view text)
{
    unsigned out = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    if (text.empty() || !is_ascii_digit(text.front()) || error != std::errc{} || stop != end)
        return std::nullopt;
    return out;
}

/// The body for a reader of no particular language: the first without one, else the first (RFC 6121 §5.2.3).
std::string_view body_of(const Element& message)
{
    const Element* first = nullptr;
    for (const auto& child : message.children)
    {
        if (child.name != "body" || child.ns != kComponentNs)
            continue;
        if (child.attribute("xml:lang").empty())
            return child.text;
        first = first != nullptr ? first : &child;
    }
    return first != nullptr ? std::string_view{first->text} : std::string_view{};
}

/// Where the n-th character begins, in bytes; the end where there are fewer.
std::size_t byte_of(std::string_view text, unsigned n)
{
    auto rest = text;
    while (n-- > 0 && !rest.empty())
        (void)take_code_point(rest);
    return text.size() - rest.size();
}

/// Cuts what older programs show instead of the link to the message that this one answers.
std::string without_quote(const Element& message, std::string_view body)
{
    for (const auto& fallback : message.children)
    {
        if (fallback.name != "fallback" || fallback.ns != kFallbackNs ||
            fallback.attribute("for") != kReplyNs)
            continue;
        const auto* range = fallback.child("body", kFallbackNs);
        if (range == nullptr)
            continue;
        const auto from = whole(range->attribute("start"));
        const auto to = whole(range->attribute("end"));
        if (!from || !to || *from > *to)
            continue;
        const auto first = byte_of(body, *from);
        const auto last = byte_of(body, *to);
        return std::string{body.substr(0, first)} + std::string{body.substr(last)};
    }
    return std::string{body};
}
} // namespace

void read_body(const Element& message, channel::ChatLine& line)
{
    line.text = without_quote(message, body_of(message));
    const auto* file = message.child("x", kOobNs);
    const auto link = file != nullptr ? file->text_of("url", kOobNs) : std::string_view{};
    if (!link.empty())
    {
        line.lost = "a file: only its link is here, nothing was fetched";
        if (line.text.find(link) == std::string::npos)
            line.text += (line.text.empty() ? "" : "\n") + std::string{link};
    }
    const auto subject = one_line(message.text_of("subject", kComponentNs), 500);
    if (!subject.empty() && !line.text.empty())
        line.text.insert(0, subject + "\n\n");
}

UnixTime stamp_of(const Element& message, UnixTime now)
{
    UnixTime oldest = now;
    for (const auto& child : message.children)
        if (child.name == "delay" && child.ns == kDelayNs)
            if (const auto stamp = parse_stamp(child.attribute("stamp")); stamp && *stamp > 0)
                oldest = std::min(oldest, *stamp);
    return oldest;
}

std::optional<UnixTime> parse_stamp(std::string_view text)
{
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() <= kShape.size())
        return std::nullopt;
    for (std::size_t i = 0; i < kShape.size(); ++i)
        if (kShape[i] == '0' ? !is_ascii_digit(text[i]) : text[i] != kShape[i])
            return std::nullopt;
    const auto at = [&text](std::size_t from, std::size_t size) { return *whole(text.substr(from, size)); };
    using namespace std::chrono;
    const year_month_day day{year{static_cast<int>(at(0, 4))}, month{at(5, 2)}, std::chrono::day{at(8, 2)}};
    if (!day.ok() || at(11, 2) > 24 || at(14, 2) > 59 || at(17, 2) > 60)
        return std::nullopt;
    auto out = sys_seconds{sys_days{day}} + hours{at(11, 2)} + minutes{at(14, 2)} + seconds{at(17, 2)};
    auto zone = text.substr(kShape.size());
    if (zone.starts_with('.'))
    {
        zone.remove_prefix(1);
        zone.remove_prefix(std::min(zone.find_first_not_of("0123456789"), zone.size()));
    }
    if (zone == "Z")
        return out.time_since_epoch().count();
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':')
        return std::nullopt;
    const auto hour = whole(zone.substr(1, 2));
    const auto minute = whole(zone.substr(4, 2));
    if (!hour || !minute)
        return std::nullopt;
    const auto ahead = hours{*hour} + minutes{*minute};
    out = zone[0] == '+' ? out - ahead : out + ahead;
    return out.time_since_epoch().count();
}
} // namespace dmid::channels::xmpp
