// SPDX-License-Identifier: Apache-2.0
#include "net/address_guard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dmid::net
{
namespace
{
using boost::asio::ip::address;
using boost::asio::ip::make_address;

struct Known
{
    const char* address;
    AddressClass address_class;
};

using enum AddressClass;
constexpr Known kKnown[] = {
    {"0.0.0.0", unspecified},
    {"0.255.255.255", unspecified},
    {"1.0.0.0", global},
    {"9.255.255.255", global},
    {"10.0.0.0", private_use},
    {"10.255.255.255", private_use},
    {"11.0.0.0", global},
    {"100.63.255.255", global},
    {"100.64.0.0", shared},
    {"100.127.255.255", shared},
    {"100.128.0.0", global},
    {"126.255.255.255", global},
    {"127.0.0.0", loopback},
    {"127.255.255.255", loopback},
    {"128.0.0.0", global},
    {"169.253.255.255", global},
    {"169.254.169.254", link_local},
    {"169.255.0.0", global},
    {"172.15.255.255", global},
    {"172.16.0.0", private_use},
    {"172.31.255.255", private_use},
    {"172.32.0.0", global},
    {"192.0.0.8", reserved},
    {"192.0.2.1", documentation},
    {"192.88.99.1", translated},
    {"192.167.255.255", global},
    {"192.168.0.1", private_use},
    {"192.169.0.0", global},
    {"198.18.0.0", reserved},
    {"198.19.255.255", reserved},
    {"198.51.100.9", documentation},
    {"203.0.113.9", documentation},
    {"223.255.255.255", global},
    {"224.0.0.1", multicast},
    {"239.255.255.255", multicast},
    {"240.0.0.0", reserved},
    {"255.255.255.255", reserved},
    {"::", unspecified},
    {"::1", loopback},
    {"::2", translated},
    {"::127.0.0.1", translated},
    {"::ffff:127.0.0.1", translated},
    {"::ffff:8.8.8.8", translated},
    {"::ffff:0:7f00:1", reserved},
    {"64:ff9b::7f00:1", translated},
    {"64:ff9b:1::7f00:1", translated},
    {"100::1", reserved},
    {"1fff::1", reserved},
    {"2001::1", translated},
    {"2001:20::1", reserved},
    {"2001:1ff::1", reserved},
    {"2001:200::1", global},
    {"2001:db8::1", documentation},
    {"2002:7f00:1::1", translated},
    {"2606:4700::1111", global},
    {"3ffe::1", global},
    {"3fff::1", documentation},
    {"3fff:1000::1", global},
    {"4000::1", reserved},
    {"5f00::1", reserved},
    {"fc00::1", private_use},
    {"fdff::1", private_use},
    {"fe00::1", reserved},
    {"fe80::1", link_local},
    {"febf::1", link_local},
    {"fec0::1", private_use},
    {"ff02::1", multicast},
};

AllowList allow(std::vector<std::string> entries)
{
    return *AllowList::from(entries);
}

Errc judge(std::string_view url, std::vector<address> addresses, Guard guard, const AllowList& allowed)
{
    const auto verdict = check_addresses(*parse_url(url), addresses, guard, allowed);
    return verdict ? Errc::internal_bug : verdict.error().code;
}
constexpr auto kFine = Errc::internal_bug;
} // namespace

TEST(AddressGuard, KnowsEverySpecialBlockAndItsBorders)
{
    for (const auto& known : kKnown)
        EXPECT_EQ(to_string(classify(make_address(known.address))), to_string(known.address_class))
            << known.address;
}

TEST(AddressGuard, RefusesAnAnswerWithOneBadAddressAmongGoodOnes)
{
    const auto good = make_address("93.184.216.34");
    for (const auto* bad : {"127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254"})
    {
        EXPECT_EQ(judge("https://a.example/", {good, make_address(bad)}, Guard::outside, {}),
                  Errc::net_address_forbidden);
        EXPECT_EQ(judge("https://a.example/", {make_address(bad), good}, Guard::outside, {}),
                  Errc::net_address_forbidden);
    }
    EXPECT_EQ(judge("https://a.example/", {good, good}, Guard::outside, {}), kFine);
}

TEST(AddressGuard, AllowListNamesHostAndPort)
{
    const auto allowed = allow({"127.0.0.1:8545", "localhost:80"});
    const auto inward = make_address("127.0.0.1");
    EXPECT_EQ(judge("http://127.0.0.1:8545/", {inward}, Guard::outside, allowed), kFine);
    EXPECT_EQ(judge("http://127.0.0.1:8546/", {inward}, Guard::outside, allowed),
              Errc::net_address_forbidden);
    EXPECT_EQ(judge("http://localhost./", {inward}, Guard::outside, allowed), kFine);
    EXPECT_EQ(judge("https://localhost/", {inward}, Guard::outside, allowed), Errc::net_address_forbidden);
}

TEST(AddressGuard, ConfiguredEndpointsMayLieAnywhere)
{
    EXPECT_EQ(judge("http://10.0.0.1/", {make_address("10.0.0.1")}, Guard::configured, {}), kFine);
    EXPECT_TRUE(check_scheme(*parse_url("http://10.0.0.1/"), Guard::configured, {}));
}

TEST(AddressGuard, PlainSchemesNeedTheAllowList)
{
    const auto allowed = allow({"a.example:80"});
    EXPECT_TRUE(check_scheme(*parse_url("http://a.example/"), Guard::outside, allowed));
    EXPECT_TRUE(check_scheme(*parse_url("wss://b.example/"), Guard::outside, {}));
    EXPECT_EQ(check_scheme(*parse_url("ws://b.example/"), Guard::outside, allowed).error().code,
              Errc::net_url);
}

TEST(AddressGuard, AnEmptyAnswerIsUnreachable)
{
    EXPECT_EQ(judge("https://a.example/", {}, Guard::configured, {}), Errc::net_unreachable);
}
} // namespace dmid::net
