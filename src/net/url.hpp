// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dmid::net
{
enum class Scheme : std::uint8_t
{
    http,
    https,
    ws,
    wss,
};

/// A URL of one of the four schemes, taken apart and normalised.
struct Url
{
    Scheme scheme = Scheme::https;
    /// Lower case, without brackets and without a trailing dot. A name, a dotted quad or an IPv6 address.
    std::string host;
    std::uint16_t port = 443;
    /// Path and query as sent in a request line; begins with '/'. The fragment is dropped.
    std::string target = "/";

    bool encrypted() const noexcept { return scheme == Scheme::https || scheme == Scheme::wss; }
    /// `host:port`, IPv6 in brackets: the form of allow-lists.
    std::string authority() const;
    /// As a Host header: the port only where it is not the scheme's own.
    std::string host_header() const;
    /// The whole URL again, normalised.
    std::string to_string() const;
};

/// net.url unless the text is http, https, ws or wss with a host. Refused on purpose, although RFC 3986
/// allows them: user information (phishing, and Basic credentials in logs), percent-encoded or non-ASCII
/// hosts (write IDNs in punycode), IPv6 zones, port 0, and numeric hosts that are no plain dotted quad
/// (`127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`): two readers could take them for two addresses. At
/// most 2048 characters.
Result<Url> parse_url(std::string_view text);

/// `host:port` or `[v6]:port` in normalised form, for allow-lists and listening addresses; net.url otherwise.
Result<Url> parse_authority(std::string_view text);

/// True where the reference of a redirect stays at the same scheme, host and port. Returns the new URL;
/// net.redirect when it leaves them, net.url when it does not parse.
Result<Url> resolve_same_origin(const Url& base, std::string_view location);
} // namespace dmid::net
