// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"
#include "net/http_parser.hpp"
#include "net/url.hpp"

#include <array>
#include <ctime>

namespace dmid::net
{
namespace
{
/// The Date header's value, made once a second on each thread (RFC 9110 §5.6.7).
std::string_view http_date()
{
    thread_local std::time_t made = 0;
    thread_local std::array<char, 32> text{};
    thread_local std::size_t size = 0;
    const auto now = std::time(nullptr);
    if (now != made)
    {
        std::tm parts{};
        gmtime_r(&now, &parts);
        constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        // The locale's names must not get in, so the two of them are put in by hand.
        constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const std::string format = std::string{kDays[static_cast<std::size_t>(parts.tm_wday)]} + ", %d " +
                                   kMonths[static_cast<std::size_t>(parts.tm_mon)] + " %Y %H:%M:%S GMT";
        size = std::strftime(text.data(), text.size(), format.c_str(), &parts);
        made = now;
    }
    return {text.data(), size};
}

void put_field(std::string& out, std::string_view name, std::string_view value)
{
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}
} // namespace

Result<std::string> encode_request_head(const HttpRequest& request, const Url& url)
{
    if (!is_http_token(request.method))
        return fail(Errc::net_url, "method");
    std::string out = request.method + " " + url.target + " HTTP/1.1\r\n";
    put_field(out, "Host", url.host_header());
    if (!request.headers.has("User-Agent"))
        put_field(out, "User-Agent", "dmid");
    for (const auto& [name, value] : request.headers.fields())
    {
        if (!is_http_token(name))
            return fail(Errc::net_url, "header name");
        put_field(out, name, value);
    }
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
        put_field(out, "Content-Length", std::to_string(request.body.size()));
    out += "\r\n";
    return out;
}

std::string encode_response_head(const ResponseHead& head)
{
    std::string out;
    out.reserve(256);
    out += "HTTP/1.1 ";
    out += std::to_string(head.status);
    out += ' ';
    out += reason_phrase(head.status);
    out += "\r\n";
    for (const auto& [name, value] : head.headers->fields())
        if (is_http_token(name) && !ascii_same(name, "Content-Length"))
            put_field(out, name, value);
    put_field(out, "Date", http_date());
    if (!head.keep_alive)
        put_field(out, "Connection", "close");
    if (head.chunked)
        put_field(out, "Transfer-Encoding", "chunked");
    else if (!head.until_close && head.status != 204 && head.status != 304 && head.status / 100 != 1)
        put_field(out, "Content-Length", std::to_string(head.length));
    out += "\r\n";
    return out;
}
} // namespace dmid::net
