// SPDX-License-Identifier: Apache-2.0
#include "net/address_guard.hpp"

#include <algorithm>
#include <array>

namespace dmid::net
{
namespace
{
using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct Block4
{
    std::uint32_t prefix;
    unsigned bits;
    AddressClass address_class;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d)
{
    return a << 24U | b << 16U | c << 8U | d;
}

// IANA IPv4 Special-Purpose Address Registry; 192.88.99.0/24 is the retired 6to4 anycast.
constexpr std::array kBlocks4{
    Block4{quad(0, 0, 0, 0), 8, AddressClass::unspecified},
    Block4{quad(10, 0, 0, 0), 8, AddressClass::private_use},
    Block4{quad(100, 64, 0, 0), 10, AddressClass::shared},
    Block4{quad(127, 0, 0, 0), 8, AddressClass::loopback},
    Block4{quad(169, 254, 0, 0), 16, AddressClass::link_local},
    Block4{quad(172, 16, 0, 0), 12, AddressClass::private_use},
    Block4{quad(192, 0, 0, 0), 24, AddressClass::reserved},
    Block4{quad(192, 0, 2, 0), 24, AddressClass::documentation},
    Block4{quad(192, 88, 99, 0), 24, AddressClass::translated},
    Block4{quad(192, 168, 0, 0), 16, AddressClass::private_use},
    Block4{quad(198, 18, 0, 0), 15, AddressClass::reserved},
    Block4{quad(198, 51, 100, 0), 24, AddressClass::documentation},
    Block4{quad(203, 0, 113, 0), 24, AddressClass::documentation},
    Block4{quad(224, 0, 0, 0), 4, AddressClass::multicast},
    Block4{quad(240, 0, 0, 0), 4, AddressClass::reserved},
};

AddressClass classify4(std::uint32_t value) noexcept
{
    for (const auto& block : kBlocks4)
        if ((value ^ block.prefix) >> (32U - block.bits) == 0)
            return block.address_class;
    return AddressClass::global;
}

struct Block6
{
    std::array<std::uint8_t, 16> prefix;
    unsigned bits;
    AddressClass address_class;
};

// IANA IPv6 Special-Purpose Address Registry. Of what no block covers only 2000::/3 is global unicast.
constexpr std::array kBlocks6{
    Block6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, AddressClass::translated}, // v4-mapped
    Block6{{}, 96, AddressClass::translated},                                         // v4-compatible
    Block6{{0x00, 0x64, 0xff, 0x9b}, 32, AddressClass::translated},                   // NAT64, both prefixes
    Block6{{0x01, 0x00}, 64, AddressClass::reserved},                                 // discard-only
    Block6{{0x20, 0x01, 0x00, 0x00}, 32, AddressClass::translated},                   // Teredo
    Block6{{0x20, 0x01, 0x00, 0x00}, 23, AddressClass::reserved},                     // protocol assignments
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::documentation},
    Block6{{0x20, 0x02}, 16, AddressClass::translated}, // 6to4
    Block6{{0x3f, 0xff, 0x00}, 20, AddressClass::documentation},
    Block6{{0xfc}, 7, AddressClass::private_use},
    Block6{{0xfe, 0x80}, 10, AddressClass::link_local},
    Block6{{0xfe, 0xc0}, 10, AddressClass::private_use}, // the old site-local
    Block6{{0xff}, 8, AddressClass::multicast},
    Block6{{0x20}, 3, AddressClass::global},
};

bool within(const address_v6::bytes_type& value, const Block6& block) noexcept
{
    const auto whole = block.bits / 8;
    if (!std::equal(value.begin(), value.begin() + whole, block.prefix.begin()))
        return false;
    const auto rest = block.bits % 8;
    return rest == 0 || (value[whole] ^ block.prefix[whole]) >> (8U - rest) == 0;
}

AddressClass classify6(const address_v6& value) noexcept
{
    if (value.is_unspecified())
        return AddressClass::unspecified;
    if (value.is_loopback())
        return AddressClass::loopback;
    const auto bytes = value.to_bytes();
    for (const auto& block : kBlocks6)
        if (within(bytes, block))
            return block.address_class;
    return AddressClass::reserved;
}
} // namespace

AddressClass classify(const address& address) noexcept
{
    return address.is_v4() ? classify4(address.to_v4().to_uint()) : classify6(address.to_v6());
}

std::string_view to_string(AddressClass address_class) noexcept
{
    constexpr std::array<std::string_view, 10> kNames{
        "global", "unspecified", "loopback",      "private",    "link-local",
        "shared", "multicast",   "documentation", "translated", "reserved"};
    return kNames[static_cast<std::size_t>(address_class)];
}

Result<AllowList> AllowList::from(std::span<const std::string> entries)
{
    AllowList list;
    for (const auto& entry : entries)
    {
        DMID_TRY(auto url, parse_authority(entry));
        list.entries_.insert(url.authority());
    }
    return list;
}

bool AllowList::contains(const Url& url) const
{
    return entries_.contains(url.authority());
}

Result<> check_scheme(const Url& url, Guard guard, const AllowList& allowed)
{
    if (url.encrypted() || guard == Guard::configured || allowed.contains(url))
        return {};
    return fail(Errc::net_url, "plain http and ws are for allow-listed places only");
}

Result<> check_addresses(const Url& url, std::span<const address> addresses, Guard guard,
                         const AllowList& allowed)
{
    if (addresses.empty())
        return fail(Errc::net_unreachable, "the name has no address");
    if (guard == Guard::configured || allowed.contains(url))
        return {};
    for (const auto& address : addresses)
    {
        const auto where = classify(address);
        if (where != AddressClass::global)
            return fail(Errc::net_address_forbidden, std::string{to_string(where)});
    }
    return {};
}
} // namespace dmid::net
