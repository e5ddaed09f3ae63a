// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dmid::gateway
{
/// How long a link to a file is good (days): the standard, and what may be configured.
inline constexpr std::uint64_t kLinkDays = 7;
inline constexpr std::uint64_t kMostLinkDays = 30;

/// How the node hands out files that a channel does not carry (links.hpp).
struct LinkTerms
{
    std::string base; ///< the node's URL without a slash at its end; empty: it gives no links
    std::uint64_t days = kLinkDays;
};

/// The terms of a node that others reach at this URL. Links need https, or a host that is loopback: whoever
/// reads one on its way has the file. Elsewhere, and where the URL is empty, there are none.
LinkTerms link_terms(std::string_view url, std::uint64_t days);
} // namespace dmid::gateway
