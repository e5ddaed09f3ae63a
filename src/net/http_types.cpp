// SPDX-License-Identifier: Apache-2.0
#include "net/http_types.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cctype>

namespace dmid::net
{
namespace
{
// RFC 9110 §15, RFC 6585, RFC 4918.
constexpr std::pair<unsigned, std::string_view> kReasons[] = {
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
};

/// No value ever ends its header line early.
void blank_controls(std::string& text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

int hex_value(char c) noexcept
{
    if (is_ascii_digit(c))
        return c - '0';
    const char low = ascii_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}
} // namespace

std::string_view Headers::get(std::string_view name) const noexcept
{
    for (const auto& [key, value] : fields_)
        if (ascii_same(key, name))
            return value;
    return {};
}

bool Headers::has(std::string_view name) const noexcept
{
    return std::any_of(fields_.begin(), fields_.end(),
                       [&](const Field& field) { return ascii_same(field.first, name); });
}

void Headers::set(std::string name, std::string value)
{
    std::erase_if(fields_, [&](const Field& field) { return ascii_same(field.first, name); });
    add(std::move(name), std::move(value));
}

void Headers::add(std::string name, std::string value)
{
    blank_controls(name);
    blank_controls(value);
    fields_.emplace_back(std::move(name), std::move(value));
}

std::string_view reason_phrase(unsigned status) noexcept
{
    for (const auto& [code, phrase] : kReasons)
        if (code == status)
            return phrase;
    return "Unknown";
}

bool is_http_token(std::string_view text) noexcept
{
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [&](char c) {
                                            return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                                   kMarks.find(c) != std::string_view::npos;
                                        });
}

Result<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] != '%')
        {
            out.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3)
            return fail(Errc::net_url, "broken percent escape");
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0)
            return fail(Errc::net_url, "broken percent escape");
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::string query_value(std::string_view query, std::string_view key)
{
    while (!query.empty())
    {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equal = pair.find('=');
        if (pair.substr(0, equal) != key)
            continue;
        return percent_decode(equal == std::string_view::npos ? std::string_view{} : pair.substr(equal + 1))
            .value_or(std::string{});
    }
    return {};
}
} // namespace dmid::net
