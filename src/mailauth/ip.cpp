// SPDX-License-Identifier: Apache-2.0
#include "mailauth/ip.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace dmid::mailauth
{
bool IpAddress::in(const IpAddress& network, unsigned prefix) const noexcept
{
    if (v6 != network.v6)
        return false;
    const auto whole = std::min(prefix, bits()) / 8;
    const auto rest = std::min(prefix, bits()) % 8;
    if (!std::equal(bytes.begin(), bytes.begin() + whole, network.bytes.begin()))
        return false;
    const auto differing =
        static_cast<unsigned>(whole < bytes.size() ? bytes[whole] ^ network.bytes[whole] : 0);
    return rest == 0 || (differing >> (8U - rest)) == 0;
}

std::string IpAddress::dotted() const
{
    std::string out;
    for (std::size_t i = 0; i < bits() / 8; ++i)
    {
        if (i > 0)
            out += '.';
        if (!v6)
        {
            out += std::to_string(bytes[i]);
            continue;
        }
        constexpr std::string_view kNibbles = "0123456789abcdef";
        out += kNibbles[bytes[i] >> 4U];
        out += '.';
        out += kNibbles[bytes[i] & 15U];
    }
    return out;
}

std::string IpAddress::reverse_name() const
{
    if (v6)
    {
        auto nibbles = dotted();
        std::reverse(nibbles.begin(), nibbles.end());
        return nibbles + ".ip6.arpa";
    }
    std::string out;
    for (std::size_t i = 4; i-- > 0;)
        out += std::to_string(bytes[i]) + ".";
    return out + "in-addr.arpa";
}

std::optional<IpAddress> parse_ip(std::string_view text)
{
    constexpr std::size_t kLongest = 45; // INET6_ADDRSTRLEN without its zero
    if (text.size() > kLongest || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string terminated{text};
    IpAddress out;
    out.v6 = text.find(':') != std::string_view::npos;
    if (inet_pton(out.v6 ? AF_INET6 : AF_INET, terminated.c_str(), out.bytes.data()) != 1)
        return std::nullopt;
    return out;
}

IpAddress unmapped(const IpAddress& address) noexcept
{
    constexpr std::size_t kPrefix = 12;
    const auto& bytes = address.bytes;
    if (!address.v6 || !std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; }) ||
        bytes[10] != 0xff || bytes[11] != 0xff)
        return address;
    IpAddress out;
    std::copy(bytes.begin() + kPrefix, bytes.end(), out.bytes.begin());
    return out;
}
} // namespace dmid::mailauth
