// SPDX-License-Identifier: Apache-2.0
// A part of channel_suite.hpp: what comes in.
#pragma once

#include "chat/testing_inbox.hpp"
#include "conformance/channel_fixture.hpp"

#include <algorithm>

namespace dmid::conformance
{
TEST_P(ChannelSuite, HearsWithTheProofThatItHasAndNoMore)
{
    DMID_DEMAND(Demand::inward);
    auto& channel = bench->start(Service::accepts);
    chat::test::HearingInbox inbox;
    chat::test::Running running{channel, inbox};
    bench->bring("1", "Grüße 🦉");
    ASSERT_TRUE(inbox.wait_for(1));
    const auto line = inbox.lines()[0];
    EXPECT_EQ(line.kind, channel::ChatLine::Kind::said);
    EXPECT_EQ(line.channel, channel.name());
    EXPECT_EQ(line.account, channel.parse_address(bench->address()).value());
    EXPECT_EQ(line.text, "Grüße 🦉");
    EXPECT_FALSE(line.native_id.empty());
    EXPECT_EQ(line.proven, channel.traits().proves_sender);
    EXPECT_TRUE(running.stop());
}

TEST_P(ChannelSuite, KnowsWhatComesTwiceByOneId)
{
    DMID_DEMAND(Demand::inward);
    DMID_DEMAND(Demand::repeats);
    auto& channel = bench->start(Service::accepts);
    chat::test::HearingInbox inbox;
    chat::test::Running running{channel, inbox};
    bench->bring("1", "once");
    ASSERT_TRUE(inbox.wait_for(1));
    bench->bring("1", "once");
    bench->bring("2", "other");
    ASSERT_TRUE(chat::test::eventually([&] { return inbox.lines().back().text == "other"; }));
    for (const auto& line : inbox.lines())
        EXPECT_EQ(line.native_id == inbox.lines().front().native_id, line.text == "once") << line.text;
}

TEST_P(ChannelSuite, TakesNobodyForSomebodyElse)
{
    DMID_DEMAND(Demand::inward);
    DMID_DEMAND(Demand::forgery);
    auto& channel = bench->start(Service::accepts);
    const auto account = channel.parse_address(bench->address()).value();
    chat::test::HearingInbox inbox;
    chat::test::Running running{channel, inbox};
    bench->bring("1", "true");
    ASSERT_TRUE(inbox.wait_for(1));
    bench->forge("forged");
    bench->bring("2", "true again");
    ASSERT_TRUE(chat::test::eventually([&] { return inbox.lines().back().text == "true again"; }));
    for (const auto& line : inbox.lines())
        EXPECT_FALSE(line.proven && line.account == account && line.text == "forged");
}

TEST_P(ChannelSuite, ReportsWhatTheServiceConfirmsOfWhichMessage)
{
    DMID_DEMAND(Demand::receipts);
    auto& channel = bench->start(Service::accepts);
    chat::test::HearingInbox inbox;
    chat::test::Running running{channel, inbox};
    const auto attempt = send(channel, "hello", 5000);
    ASSERT_EQ(attempt.outcome, channel::Outcome::accepted) << attempt.detail;
    ASSERT_FALSE(attempt.known_as.empty());
    for (const auto& id : attempt.known_as)
        bench->confirm(id);
    ASSERT_TRUE(chat::test::eventually([&] { return !inbox.reports().empty(); }));
    const auto report = inbox.reports()[0];
    EXPECT_EQ(report.channel, channel.name());
    EXPECT_EQ(report.account, channel.parse_address(bench->address()).value());
    EXPECT_EQ(std::count(attempt.known_as.begin(), attempt.known_as.end(), report.known_as), 1);
    EXPECT_EQ(report.fate, channel::Report::Fate::delivered);
    EXPECT_GE(channel.traits().confirms, channel::Confirms::delivered);
}
} // namespace dmid::conformance
