// SPDX-License-Identifier: Apache-2.0
#include "gateway/link_words.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "gateway/link_terms.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace dmid::gateway
{
namespace
{
constexpr std::size_t kPlainName = 120;
constexpr std::size_t kPlainType = 64;
/// For the line that counts what has no room.
constexpr std::size_t kCountLine = 64;

/// Controls, and what changes the direction or order in which the rest is read or hides in it.
bool is_disguise(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200b || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

std::string rest_words(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " file" : " files") + " found no room here\n";
}
} // namespace

LinkTerms link_terms(std::string_view url, std::uint64_t days)
{
    LinkTerms out;
    out.days = std::clamp<std::uint64_t>(days, 1, kMostLinkDays);
    const auto parsed = net::parse_url(url);
    if (!parsed)
        return out;
    const auto& host = parsed->host;
    const bool here = host == "localhost" || host == "::1" || host.starts_with("127.");
    if (parsed->scheme != net::Scheme::https && !(parsed->scheme == net::Scheme::http && here))
        return out;
    out.base = parsed->to_string();
    while (out.base.ends_with('/'))
        out.base.pop_back();
    return out;
}

std::string plain_name(std::string_view name)
{
    std::string out;
    if (!is_utf8(name))
        name = {};
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    while (!name.empty())
    {
        const auto c = take_code_point(name);
        std::string one;
        append_utf8(one, is_disguise(c) ? U'_' : c);
        if (out.size() + one.size() > kPlainName)
            break;
        out += one;
    }
    const bool dots = std::all_of(out.begin(), out.end(), [](char c) { return c == '.' || c == ' '; });
    return dots ? "file" : out;
}

std::string plain_type(std::string_view type)
{
    const auto good = [](char c)
    {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || is_ascii_digit(c) || c == '/' ||
               c == '-' || c == '+' || c == '.';
    };
    if (type.empty() || type.size() > kPlainType || !std::all_of(type.begin(), type.end(), good))
        type = "application/octet-stream";
    return std::string{type};
}

std::string type_words(std::string_view type)
{
    const auto plain = plain_type(type);
    std::string what = "a file";
    if (plain.starts_with("image/"))
        what = "a picture";
    else if (plain.starts_with("audio/"))
        what = "a sound";
    else if (plain.starts_with("video/"))
        what = "a film";
    else if (plain.starts_with("text/"))
        what = "a text";
    return what + " (" + plain + ")";
}

std::string size_words(std::uint64_t bytes)
{
    if (bytes < 1000)
        return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    if (bytes < 1'000'000)
        return std::to_string((bytes + 500) / 1000) + " KB";
    const auto tenths = (bytes + 50'000) / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

std::string last_day(UnixTime ends)
{
    constexpr std::array<const char*, 12> kMonthNames{"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
    const std::time_t last = static_cast<std::time_t>(ends) - 1;
    std::tm parts{};
    gmtime_r(&last, &parts);
    return std::to_string(parts.tm_mday) + " " + kMonthNames.at(static_cast<std::size_t>(parts.tm_mon)) +
           " " + std::to_string(parts.tm_year + 1900);
}

std::string linked_words(const std::vector<model::Attachment>& files, const std::vector<std::string>& urls,
                         UnixTime ends, std::size_t room, std::size_t& told)
{
    std::string out = "Files, for whoever has the link, until " + last_day(ends) + ":\n";
    told = 0;
    for (; told < files.size(); ++told)
    {
        const auto& file = files[told];
        const auto lines = plain_name(file.name) + " (" + plain_type(file.media_type) + ", " +
                           size_words(file.size) + ")\n" + urls[told] + "\n";
        const bool last = told + 1 == files.size();
        if (out.size() + lines.size() + (last ? 0 : kCountLine) > room)
            break;
        out += lines;
    }
    if (told < files.size())
        out += rest_words(files.size() - told);
    out.pop_back();
    return out;
}
} // namespace dmid::gateway
