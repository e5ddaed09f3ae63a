// SPDX-License-Identifier: Apache-2.0
#include "gateway/letter_for_test.hpp"
#include "gateway/upkeep.hpp"

// Requests of senders who prove nothing: each network has its share, so none of them takes the room of all.
namespace dmid::gateway
{
namespace
{
using namespace testing;
using channel::Yes;

struct Unproven : ::testing::Test
{
    Node node;
    int written = 0;

    Unproven() { node.budget.set_limits(1'000'000, 1'000'000); }

    channel::Answer write(const std::string& source, std::size_t size = 1)
    {
        const auto id = std::to_string(++written);
        return hand_in(node, letter(node, "", id, id + std::string(size, 'x')), source);
    }
    /// Until the door says something else; how many it took.
    std::size_t flood(const std::string& source, std::size_t size = 1)
    {
        std::size_t taken = 0;
        while (write(source, size).yes == Yes::yes)
            ++taken;
        return taken;
    }
    HeldSum everyone() const
    {
        return InboxView::open(*node.mailbox)->held_sum(node.box(), party_key({}), node.clock.now()).value();
    }
};

// MUST ENV-36
TEST_F(Unproven, AFloodFromOneNetworkLeavesRoomForAnother)
{
    EXPECT_EQ(flood("192.0.2.1"), kMaxHeldMessages);
    const auto neighbour = write("192.0.2.200");
    EXPECT_EQ(neighbour.yes, Yes::later) << "more addresses of one network are no more room";
    EXPECT_EQ(neighbour.code, Errc::gateway_quota);
    EXPECT_EQ(write("198.51.100.1").yes, Yes::yes);
    EXPECT_EQ(hand_in(node, letter(node, "ann@example.org", "a", "Hello"), "192.0.2.1").yes, Yes::yes)
        << "and who proves something is counted by that";
}

TEST_F(Unproven, BytesAreSharedOutTheSameWay)
{
    const auto taken = flood("192.0.2.1", 20'000);
    EXPECT_GT(taken, 1U);
    EXPECT_LT(taken, kMaxHeldMessages);
    EXPECT_LE(everyone().bytes, kMaxHeldBytes);
    EXPECT_EQ(write("198.51.100.1", 20'000).yes, Yes::yes);
}

TEST_F(Unproven, AllNetworksTogetherHaveTenTimesTheRoomOfOne)
{
    std::size_t taken = 0;
    for (int network = 0; network < 12; ++network)
        taken += flood("10.0." + std::to_string(network) + ".1");
    EXPECT_EQ(taken, kMaxUnprovenMessages);
    EXPECT_EQ(everyone().messages, kMaxUnprovenMessages);
    EXPECT_EQ(hand_in(node, letter(node, "ann@example.org", "a", "Hello")).yes, Yes::yes);
}

TEST_F(Unproven, WhatTheOwnerTakesAwayMakesRoomInBoth)
{
    EXPECT_EQ(flood("192.0.2.1"), kMaxHeldMessages);
    node.pass(kHoldFor + 1);
    EXPECT_EQ(expire_requests(*node.context, *node.served()).value(), kMaxHeldMessages);
    EXPECT_EQ(everyone().messages, 0U);
    EXPECT_EQ(write("192.0.2.1").yes, Yes::yes);
    EXPECT_EQ(everyone().messages, 1U);
}

TEST_F(Unproven, TheSharesOutliveARestart)
{
    EXPECT_EQ(flood("192.0.2.1"), kMaxHeldMessages);
    node.reopen();
    EXPECT_EQ(write("192.0.2.1").yes, Yes::later);
    EXPECT_EQ(write("198.51.100.1").yes, Yes::yes);
}
} // namespace
} // namespace dmid::gateway
