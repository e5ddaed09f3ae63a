// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxHost = 253; // RFC 1035 §2.3.4, as text

std::string lower(std::string_view text)
{
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

/// As browsers decide whether a host means an IPv4 address: by its last label being a number in any base.
bool ends_in_number(std::string_view host)
{
    const auto dot = host.rfind('.');
    const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
    if (last.empty())
        return false;
    if (std::all_of(last.begin(), last.end(), is_digit))
        return true;
    return last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X') &&
           std::all_of(last.begin() + 2, last.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// Letters, digits, dashes and underscores in labels of 1 to 63; no empty label.
Result<std::string> check_name(std::string_view text)
{
    auto host = lower(text);
    if (!host.empty() && host.back() == '.')
        host.pop_back();
    if (host.empty() || host.size() > kMaxHost)
        return fail(Errc::net_url, "host name");
    std::size_t label = 0;
    for (const char c : host)
    {
        if (c == '.' ? label == 0 : label == 63)
            return fail(Errc::net_url, "label length in the host name");
        const bool fine = (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.';
        if (!fine)
            return fail(Errc::net_url, "character in the host name; write IDNs in punycode");
        label = c == '.' ? 0 : label + 1;
    }
    if (label == 0)
        return fail(Errc::net_url, "empty label in the host name");
    if (ends_in_number(host))
        return fail(Errc::net_url, "a numeric host must be a plain dotted quad");
    return host;
}

Result<std::string> host_of(const boost::urls::url_view& view)
{
    using boost::urls::host_type;
    switch (view.host_type())
    {
    case host_type::ipv4:
        return view.host_ipv4_address().to_string();
    case host_type::ipv6:
        return view.host_ipv6_address().to_string();
    case host_type::name:
        return check_name(std::string{view.encoded_host()});
    default:
        return fail(Errc::net_url, "host");
    }
}

Result<Scheme> scheme_of(std::string_view text)
{
    const auto name = lower(text);
    if (name == "https")
        return Scheme::https;
    if (name == "wss")
        return Scheme::wss;
    if (name == "http")
        return Scheme::http;
    if (name == "ws")
        return Scheme::ws;
    return fail(Errc::net_url, "scheme");
}

std::string_view scheme_name(Scheme scheme) noexcept
{
    switch (scheme)
    {
    case Scheme::http:
        return "http";
    case Scheme::https:
        return "https";
    case Scheme::ws:
        return "ws";
    case Scheme::wss:
        break;
    }
    return "wss";
}

Result<std::uint16_t> port_of(std::string_view text, std::uint16_t otherwise)
{
    if (text.empty())
        return otherwise;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        return fail(Errc::net_url, "port");
    return port;
}

Result<Url> from_view(const boost::urls::url_view& view)
{
    Url url;
    DMID_TRY(url.scheme, scheme_of(std::string{view.scheme()}));
    if (!view.has_authority())
        return fail(Errc::net_url, "no host");
    if (view.has_userinfo())
        return fail(Errc::net_url, "user information is not allowed");
    DMID_TRY(url.host, host_of(view));
    const std::uint16_t own = url.encrypted() ? 443 : 80;
    DMID_TRY(url.port, port_of(std::string{view.port()}, own));
    url.target = std::string{view.encoded_path()};
    if (url.target.empty())
        url.target = "/";
    if (view.has_query())
        url.target += "?" + std::string{view.encoded_query()};
    return url;
}
} // namespace

std::string Url::authority() const
{
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Url::host_header() const
{
    auto all = authority();
    if (port == (encrypted() ? 443 : 80))
        all.resize(all.rfind(':'));
    return all;
}

std::string Url::to_string() const
{
    return std::string{scheme_name(scheme)} + "://" + host_header() + target;
}

Result<Url> parse_url(std::string_view text)
{
    if (text.size() > kMaxUrl)
        return fail(Errc::net_url, "longer than 2048 characters");
    const auto parsed = boost::urls::parse_uri(boost::core::string_view{text.data(), text.size()});
    if (!parsed)
        return fail(Errc::net_url, "does not parse");
    return from_view(*parsed);
}

Result<Url> parse_authority(std::string_view text)
{
    // '/', '?', '#' and '@' would become something else than host and port.
    if (text.find_first_of("/?#@\\") != std::string_view::npos)
        return fail(Errc::net_url, "not of the form host:port");
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos ||
        colon + 1 == text.size())
        return fail(Errc::net_url, "not of the form host:port");
    return parse_url("http://" + std::string{text});
}

Result<Url> resolve_same_origin(const Url& base, std::string_view location)
{
    if (location.size() > kMaxUrl)
        return fail(Errc::net_url, "longer than 2048 characters");
    const auto reference =
        boost::urls::parse_uri_reference(boost::core::string_view{location.data(), location.size()});
    const auto from = base.to_string();
    const auto start = boost::urls::parse_uri(boost::core::string_view{from.data(), from.size()});
    if (!reference || !start)
        return fail(Errc::net_url, "the redirect's location does not parse");
    boost::urls::url whole;
    if (!boost::urls::resolve(*start, *reference, whole))
        return fail(Errc::net_url, "the redirect's location does not parse");
    DMID_TRY(auto url, from_view(whole));
    if (url.scheme != base.scheme || url.host != base.host || url.port != base.port)
        return fail(Errc::net_redirect, url.authority());
    return url;
}
} // namespace dmid::net
