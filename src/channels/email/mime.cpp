// SPDX-License-Identifier: Apache-2.0
#include "channels/email/mime.hpp"

#include "base/bytes.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace dmid::channels::email
{
namespace
{
constexpr std::size_t kFold = 78;   // RFC 5322 §2.1.1
constexpr std::size_t kQpLine = 76; // RFC 2045 §6.7, rule 5
// 64 characters with base64 and frame: with the field's name under the 76 of RFC 2047 §2.
constexpr std::size_t kWordBytes = 39;

/// Bytes of the UTF-8 character at the front, 0 where there is none.
std::size_t character(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t n = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    return n != 0 && n <= text.size() && is_utf8(text.substr(0, n)) ? n : 0;
}

bool is_control(unsigned char c) noexcept
{
    return c < 0x20 || c == 0x7f;
}

bool is_printable_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool is_atom(char c) noexcept
{
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

/// CRLF line ends, no controls but tab.
std::string clean_lines(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const char c = text[i];
        if (c == '\r' || c == '\n')
        {
            out += "\r\n";
            if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')
                ++i;
        }
        else if (c == '\t' || !is_control(static_cast<unsigned char>(c)))
            out.push_back(c);
    }
    if (!out.empty() && !out.ends_with("\r\n"))
        out += "\r\n";
    return out;
}

/// True where the text may go as it is: ASCII, short lines, nothing that mail programs tamper with.
bool is_plain(std::string_view text)
{
    std::size_t begin = 0;
    while (begin < text.size())
    {
        const auto end = text.find("\r\n", begin);
        const auto line = text.substr(begin, end - begin);
        if (line.size() > kQpLine || line.starts_with("From ") || line.ends_with(' ') ||
            line.ends_with('\t') ||
            !std::all_of(line.begin(), line.end(),
                         [](char c) { return c == '\t' || (c >= 0x20 && c <= 0x7e); }))
            return false;
        begin = end + 2;
    }
    return true;
}

void quote_line(std::string& out, std::string_view line)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
    {
        const auto c = static_cast<unsigned char>(line[i]);
        const bool last = i + 1 == line.size();
        const bool blank = c == ' ' || c == '\t';
        // Some mail programs put a '>' before it, in lines that a soft break begins too.
        const bool from = (column == 0 || column == kQpLine - 1) && line.substr(i).starts_with("From ");
        const bool literal = !from && ((blank && !last) || (c > 0x20 && c < 0x7f && c != '='));
        const std::size_t width = literal ? 1 : 3;
        // One column stays free for the soft break.
        if (column + width > kQpLine - 1)
        {
            out += "=\r\n";
            column = 0;
        }
        if (literal)
            out.push_back(static_cast<char>(c));
        else
        {
            out.push_back('=');
            out.push_back(kHex[c >> 4U]);
            out.push_back(kHex[c & 15U]);
        }
        column += width;
    }
    out += "\r\n";
}
} // namespace

std::string one_line(std::string_view text)
{
    std::string out;
    bool gap = false;
    while (!text.empty())
    {
        const auto n = character(text);
        const bool blank = n == 1 && (text.front() == ' ' || is_control(static_cast<unsigned char>(text[0])));
        if (blank)
            gap = !out.empty();
        else
        {
            if (gap)
                out.push_back(' ');
            gap = false;
            out += n == 0 ? kReplacementUtf8 : text.substr(0, n);
        }
        text.remove_prefix(std::max<std::size_t>(n, 1));
    }
    return out;
}

std::string shortened(std::string text, std::size_t n)
{
    if (text.size() <= n)
        return text;
    while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U)
        --n;
    text.resize(n);
    return text;
}

std::string encode_words(std::string_view given)
{
    const auto clean = one_line(given);
    std::string_view text = clean;
    if (is_printable_ascii(text) && text.find("=?") == std::string_view::npos)
        return clean;
    std::string out;
    while (!text.empty())
    {
        std::size_t n = 0;
        while (n < text.size())
        {
            const auto next = character(text.substr(n));
            if (n + next > kWordBytes)
                break;
            n += next;
        }
        if (!out.empty())
            out.push_back(' ');
        out += "=?utf-8?B?" + to_base64(as_bytes(text.substr(0, n))) + "?=";
        text.remove_prefix(n);
    }
    return out;
}

std::string encode_phrase(std::string_view given)
{
    const auto text = one_line(given);
    const bool plain = is_printable_ascii(text) && text.find("=?") == std::string::npos;
    if (!plain)
        return encode_words(text);
    if (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || is_atom(c); }))
        return text;
    std::string out = "\"";
    for (const char c : text)
    {
        if (c == '"' || c == '\\')
            out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

std::string header_field(std::string_view name, std::string_view value)
{
    std::string out{name};
    out += ":";
    std::size_t column = out.size();
    while (!value.empty())
    {
        const auto word = value.substr(0, value.find(' '));
        value.remove_prefix(std::min(value.size(), word.size() + 1));
        // A fold is only where there was a space, and never leaves a line of white space alone.
        if (column + 1 + word.size() > kFold && column > name.size() + 1 && !word.empty())
        {
            out += "\r\n";
            column = 0;
        }
        out.push_back(' ');
        out += word;
        column += 1 + word.size();
    }
    return out + "\r\n";
}

std::string mail_date(UnixTime time)
{
    using namespace std::chrono;
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds when{seconds{time}};
    const auto day = floor<days>(when);
    const year_month_day date{day};
    const hh_mm_ss clock{when - day};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %u %s %d %02d:%02d:%02d +0000",
                  kDays[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

EncodedText encode_text(std::string_view text)
{
    auto clean = clean_lines(text);
    if (is_plain(clean))
        return {"7bit", std::move(clean)};
    EncodedText out{"quoted-printable", {}};
    std::string_view rest = clean;
    while (!rest.empty())
    {
        const auto end = rest.find("\r\n");
        quote_line(out.body, rest.substr(0, end));
        rest.remove_prefix(end + 2);
    }
    return out;
}

std::string dot_stuff(std::string_view message)
{
    std::string out;
    out.reserve(message.size() + 64);
    bool line_start = true;
    for (const char c : message)
    {
        if (line_start && c == '.')
            out.push_back('.');
        out.push_back(c);
        line_start = c == '\n';
    }
    if (!out.ends_with("\r\n"))
        out += "\r\n";
    return out;
}
} // namespace dmid::channels::email
