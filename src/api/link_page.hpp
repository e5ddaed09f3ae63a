// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/links.hpp"
#include "net/http_types.hpp"

#include <cstdint>
#include <string>

/// What a link to a file looks like. Pure. No page has a script, and none names or repeats the token.
namespace dmid::api
{
/// Why there is no file. The answers to each are the same bytes, whatever was asked.
enum class LinkTrouble : std::uint8_t
{
    unknown, ///< 404
    ended,   ///< 410
    busy,    ///< 429
    method,  ///< 405
    store,   ///< 503
};

/// Never kept, indexed, framed or told to others.
void put_link_headers(net::HttpResponse& response);
/// The page with the button.
net::HttpResponse link_page(const gateway::FoundLink& link, const std::string& node);
/// `{"name","type","size","sha256","until","left"}`.
net::HttpResponse link_json(const gateway::FoundLink& link);
/// A page, or a problem of RFC 9457 for programs.
net::HttpResponse link_problem(LinkTrouble why, bool json);
} // namespace dmid::api
