// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "channel/channel.hpp"
#include "net/dialer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dmid::channels::webhook
{
/// One request, whole.
struct Post
{
    net::Url url;
    net::Guard guard = net::Guard::outside;
    net::Headers headers;
    std::string body;
};

/// How one exchange ended.
struct Posted
{
    bool handed_over = false; ///< the whole request was written
    Result<net::HttpResponse> answer;
};

/// One POST on a connection of its own. Redirects are answers like others; of an answer at most 64 KiB are
/// read. `tls` null: the system's authorities.
net::Task<Posted> post(const net::Dialer& dialer, net::TlsContextPtr tls, Post what, net::Deadline deadline);

/// The server's answer as an attempt: 2xx accepted; 408, 425, 429 and 5xx deferred, with Retry-After in
/// seconds (at most a day) where it stands; 502 and 504 uncertain, since a gateway lost the answer; a
/// redirect deferred; all else refused. Pure.
channel::Attempt judge(const net::HttpResponse& answer, UnixMillis now);
/// The same where there was none. Nothing of the error's words: they may hold the URL.
channel::Attempt judge(const Error& error, bool handed_over);
} // namespace dmid::channels::webhook
