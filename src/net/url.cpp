// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include "base/ascii.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace dmid::net
{
namespace
{
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxHost = 253; // RFC 1035 §2.3.4, as text

/// As browsers decide whether a host means an IPv4 address: by its last label being a number in any base.
bool ends_in_number(std::string_view host)
{
    const auto dot = host.rfind('.');
    const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
    if (last.empty())
        return false;
    if (std::all_of(last.begin(), last.end(), is_ascii_digit))
        return true;
    return last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X') &&
           std::all_of(last.begin() + 2, last.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// Letters, digits, dashes and underscores in labels of 1 to 63; no empty label.
Result<std::string> check_name(std::string_view text)
{
    auto host = ascii_lower(text);
    if (!host.empty() && host.back() == '.')
        host.pop_back();
    if (host.empty() || host.size() > kMaxHost)
        return fail(Errc::net_url, "host name");
    std::size_t label = 0;
    for (const char c : host)
    {
        if (c == '.' ? label == 0 : label == 63)
            return fail(Errc::net_url, "label length in the host name");
        const bool fine = (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-' || c == '_' || c == '.';
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

struct HostPort
{
    std::string host;
    std::string_view port; ///< empty where none is written
};

/// `host`, `host:port`, `[v6]` or `[v6]:port`, nothing else. By hand, since Boost.URL 1.81 reads
/// `example.com:-1` and `127.0.0.1.` as something.
Result<HostPort> split_authority(std::string_view text)
{
    if (text.find('@') != std::string_view::npos)
        return fail(Errc::net_url, "user information is not allowed");
    HostPort out;
    std::string_view rest;
    if (text.starts_with('['))
    {
        const auto close = text.find(']');
        if (close == std::string_view::npos)
            return fail(Errc::net_url, "bracket");
        const auto inside = text.substr(1, close - 1);
        const auto v6 =
            boost::urls::parse_ipv6_address(boost::core::string_view{inside.data(), inside.size()});
        if (!v6)
            return fail(Errc::net_url, "IPv6 address");
        out.host = v6->to_string();
        rest = text.substr(close + 1);
    }
    else
    {
        const auto colon = std::min(text.find(':'), text.size());
        const auto host = text.substr(0, colon);
        const auto v4 = boost::urls::parse_ipv4_address(boost::core::string_view{host.data(), host.size()});
        if (v4)
            out.host = v4->to_string();
        else
        {
            DMID_TRY(out.host, check_name(host));
        }
        rest = text.substr(colon);
    }
    if (rest.empty())
        return out;
    out.port = rest.substr(1);
    if (rest.front() != ':' || out.port.empty())
        return fail(Errc::net_url, "port");
    return out;
}

Result<Scheme> scheme_of(std::string_view text)
{
    const auto name = ascii_lower(text);
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

/// `text` is a URL that Boost.URL accepts and `view` what it made of it; host and port are read again.
Result<Url> from_view(std::string_view text, const boost::urls::url_view& view)
{
    Url url;
    DMID_TRY(url.scheme, scheme_of(std::string{view.scheme()}));
    const auto slashes = text.find("://");
    if (!view.has_authority() || slashes == std::string_view::npos)
        return fail(Errc::net_url, "no host");
    auto authority = text.substr(slashes + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    // Boost.URL 1.81 ends the host of `https://1.0.0.1f/` behind the address and takes the rest for a path.
    const auto seen = view.encoded_authority();
    if (std::string_view{seen.data(), seen.size()} != authority)
        return fail(Errc::net_url, "where the host ends");
    DMID_TRY(auto place, split_authority(authority));
    url.host = std::move(place.host);
    const std::uint16_t own = url.encrypted() ? 443 : 80;
    DMID_TRY(url.port, port_of(place.port, own));
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
    return from_view(text, *parsed);
}

Result<Url> parse_authority(std::string_view text)
{
    Url url;
    url.scheme = Scheme::http;
    DMID_TRY(auto place, split_authority(text));
    if (place.port.empty())
        return fail(Errc::net_url, "not of the form host:port");
    url.host = std::move(place.host);
    DMID_TRY(url.port, port_of(place.port, 0));
    return url;
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
    const std::string text{whole.c_str()};
    DMID_TRY(auto url, from_view(text, whole));
    if (url.scheme != base.scheme || url.host != base.host || url.port != base.port)
        return fail(Errc::net_redirect, url.authority());
    return url;
}
} // namespace dmid::net
