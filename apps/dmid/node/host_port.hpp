// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

namespace dmid::node
{
struct HostPort
{
    std::string host;
    std::uint16_t port = 0;
};

/// Of `host:port`, which the configuration has checked.
inline HostPort split_host_port(const std::string& text)
{
    HostPort out;
    const auto colon = text.rfind(':');
    out.host = text.substr(0, colon);
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), out.port);
    return out;
}
} // namespace dmid::node
