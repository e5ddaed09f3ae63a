// SPDX-License-Identifier: Apache-2.0
#include "net/source.hpp"

#include <gtest/gtest.h>

namespace dmid::net
{
namespace
{
std::string source(const std::string& address)
{
    Peer peer;
    peer.address = address;
    return source_of(peer);
}

TEST(Source, IsAnIpv4AddressOrTheNetworkThatAnIpv6HostIsGiven)
{
    EXPECT_EQ(source("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(source("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(source("2001:db8:1:2:ffff::"), source("2001:db8:1:2::1"));
    EXPECT_NE(source("2001:db8:1:3::1"), source("2001:db8:1:2::1"));
}

TEST(Source, OfIpv4PeersOnASocketForBothFamiliesIsTheirOwn)
{
    EXPECT_EQ(source("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_NE(source("::ffff:192.0.2.7"), source("::ffff:192.0.2.8"));
}

TEST(Network, HoldsTheSourcesThatOnePartyOftenHas)
{
    EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.0/24");
    EXPECT_EQ(network_of("192.0.2.8"), network_of("192.0.2.7"));
    EXPECT_NE(network_of("192.0.3.7"), network_of("192.0.2.7"));
    EXPECT_EQ(network_of(source("2001:db8:1:2::1")), "2001:db8:1::/48");
    EXPECT_EQ(network_of(source("2001:db8:1:ffff::1")), network_of(source("2001:db8:1:2::1")));
    EXPECT_NE(network_of(source("2001:db8:2::1")), network_of(source("2001:db8:1::1")));
}

TEST(Network, OfWhatIsNoAddressIsItself)
{
    EXPECT_EQ(network_of("socket"), "socket");
    EXPECT_EQ(network_of("relay.example.org"), "relay.example.org");
    EXPECT_EQ(network_of(""), "");
}
} // namespace
} // namespace dmid::net
