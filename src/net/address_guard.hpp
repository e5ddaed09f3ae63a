// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace dmid::net
{
/// Where an address lies (IANA special-purpose registries). Only `global` is dialled for others.
enum class AddressClass : std::uint8_t
{
    global,
    unspecified,   ///< 0.0.0.0/8, ::
    loopback,      ///< 127.0.0.0/8, ::1
    private_use,   ///< RFC 1918, fc00::/7, fec0::/10
    link_local,    ///< 169.254.0.0/16 (cloud metadata), fe80::/10
    shared,        ///< 100.64.0.0/10, carrier-grade NAT
    multicast,     ///< 224.0.0.0/4, ff00::/8
    documentation, ///< TEST-NETs, 2001:db8::/32, 3fff::/20
    translated,    ///< v4-mapped, v4-compatible, NAT64, 6to4, Teredo: an IPv4 address in disguise
    reserved,      ///< everything else that is not globally reachable unicast
};

AddressClass classify(const boost::asio::ip::address& address) noexcept;
std::string_view to_string(AddressClass address_class) noexcept;

/// Who named the destination.
enum class Guard : std::uint8_t
{
    outside,    ///< anyone: encrypted schemes and global addresses only, but for the allow-list
    configured, ///< the operator, in the configuration: any address, plain schemes too
};

/// `host:port` pairs that may be dialled for others although they lie inward, and without encryption.
class AllowList
{
public:
    /// net.url for an entry that is no `host:port`.
    static Result<AllowList> from(std::span<const std::string> entries);
    bool contains(const Url& url) const;

private:
    std::set<std::string> entries_;
};

/// Before any name is resolved: net.url for a plain scheme that is not allowed.
Result<> check_scheme(const Url& url, Guard guard, const AllowList& allowed);
/// Every address that the name has, checked together: one bad address spoils the answer, since a second
/// lookup could return it alone. net.address-forbidden names the class, net.unreachable an empty answer.
Result<> check_addresses(const Url& url, std::span<const boost::asio::ip::address> addresses, Guard guard,
                         const AllowList& allowed);
} // namespace dmid::net
