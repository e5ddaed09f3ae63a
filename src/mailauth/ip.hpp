// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmid::mailauth
{
/// An IP address of either family.
struct IpAddress
{
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes{}; ///< of IPv4 the first four

    bool operator==(const IpAddress&) const = default;
    /// 32 or 128.
    unsigned bits() const noexcept { return v6 ? 128 : 32; }
    /// In the network of that many leading bits; never in one of the other family.
    bool in(const IpAddress& network, unsigned prefix) const noexcept;
    /// `192.0.2.1`; of IPv6 32 nibbles with dots between them (RFC 7208 §7.3).
    std::string dotted() const;
    /// The name for PTR questions.
    std::string reverse_name() const;
};

/// Dotted quad or RFC 4291 text as it stands, without a zone; nothing for anything else.
std::optional<IpAddress> parse_ip(std::string_view text);
/// The IPv4 address in ::ffff:0:0/96, otherwise the same (RFC 7208 §5).
IpAddress unmapped(const IpAddress& address) noexcept;
} // namespace dmid::mailauth
