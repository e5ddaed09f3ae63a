// SPDX-License-Identifier: Apache-2.0
// A part of channel_suite.hpp: addresses, outcomes, deadlines, cancelling.
#pragma once

#include "conformance/channel_fixture.hpp"

namespace dmid::conformance
{
TEST_P(ChannelSuite, HasAFixedLowerCaseNameAndTraitsThatMakeSense)
{
    auto& channel = bench->start(Service::accepts);
    const std::string name{channel.name()};
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string::npos);
    EXPECT_GE(channel.traits().max_text, 70U) << "less than one SMS";
}

TEST_P(ChannelSuite, GivesAddressesACanonicalFormThatParsesToItself)
{
    DMID_DEMAND(Demand::addresses);
    auto& channel = bench->start(Service::accepts);
    const auto once = channel.parse_address(bench->address());
    ASSERT_TRUE(once) << to_string(once.error());
    const auto twice = channel.parse_address(*once);
    ASSERT_TRUE(twice);
    EXPECT_EQ(*once, *twice);
}

TEST_P(ChannelSuite, RefusesWhatIsNoAddress)
{
    auto& channel = bench->start(Service::accepts);
    auto bad = bench->bad_addresses();
    bad.insert(bad.end(), {"", " ", std::string(5000, 'a'), std::string("a\0b", 3), "\r\nx: y", "\xff\xfe"});
    for (const auto& text : bad)
    {
        const auto address = channel.parse_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, Errc::channel_address_invalid) << text;
    }
}

TEST_P(ChannelSuite, CarriesTextsAsTheyAre)
{
    auto& channel = bench->start(Service::accepts);
    for (const std::string text :
         {"hello", "Grüße, 你好, 🦉", ".\n..\r\n\"quotes\" \\ <tags> & 'marks'\n"})
    {
        const auto attempt = send(channel, text);
        ASSERT_EQ(attempt.outcome, channel::Outcome::accepted) << name(attempt.code) << ' ' << attempt.detail;
        const auto arrived = bench->arrived();
        ASSERT_FALSE(arrived.empty());
        EXPECT_NE(arrived.back().find(text.substr(0, text.find('\n'))), std::string::npos) << arrived.back();
    }
}

TEST_P(ChannelSuite, CarriesTheLargestTextThatItPromises)
{
    auto& channel = bench->start(Service::accepts);
    const auto attempt = send(channel, std::string(channel.traits().max_text, 'x'), 5000);
    EXPECT_EQ(attempt.outcome, channel::Outcome::accepted) << name(attempt.code) << ' ' << attempt.detail;
}

TEST_P(ChannelSuite, RefusesALargerTextBeforeAnyConnection)
{
    auto& channel = bench->start(Service::accepts);
    const auto attempt = send(channel, std::string(channel.traits().max_text + 1, 'x'));
    EXPECT_EQ(attempt.outcome, channel::Outcome::refused);
    EXPECT_EQ(attempt.code, Errc::channel_too_large);
    EXPECT_EQ(bench->connections(), 0U);
}

TEST_P(ChannelSuite, NeverClaimsMoreThanTheServiceConfirms)
{
    auto& channel = bench->start(Service::accepts);
    const auto attempt = send(channel, "hello");
    ASSERT_EQ(attempt.outcome, channel::Outcome::accepted) << name(attempt.code) << ' ' << attempt.detail;
    EXPECT_LE(attempt.reached, channel.traits().confirms);
}

TEST_P(ChannelSuite, TellsARefusalFromADelay)
{
    DMID_DEMAND(Demand::service);
    const auto refused = send_to(Service::refuses);
    EXPECT_EQ(refused.outcome, channel::Outcome::refused) << refused.detail;
    bench = GetParam()();
    const auto deferred = send_to(Service::defers);
    EXPECT_EQ(deferred.outcome, channel::Outcome::deferred) << deferred.detail;
}

TEST_P(ChannelSuite, IsUnreachableWhereNobodyListens)
{
    DMID_DEMAND(Demand::service);
    const auto attempt = send_to(Service::is_gone);
    EXPECT_EQ(attempt.outcome, channel::Outcome::unreachable) << attempt.detail;
}

TEST_P(ChannelSuite, IsUncertainWhereTheAnswerWasLost)
{
    DMID_DEMAND(Demand::service);
    const auto attempt = send_to(Service::hangs_up);
    EXPECT_EQ(attempt.outcome, channel::Outcome::uncertain) << attempt.detail;
}

TEST_P(ChannelSuite, EndsByTheDeadlineOfASilentService)
{
    DMID_DEMAND(Demand::service);
    auto& channel = bench->start(Service::is_silent);
    const auto began = std::chrono::steady_clock::now();
    const auto attempt = send(channel, "hello", 400);
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_EQ(attempt.outcome, channel::Outcome::uncertain) << attempt.detail;
    EXPECT_EQ(attempt.code, Errc::channel_timeout);
    EXPECT_LT(took, std::chrono::milliseconds{1400});
}

TEST_P(ChannelSuite, CallsBabbleAFaultOfTheProtocol)
{
    DMID_DEMAND(Demand::service);
    const auto attempt = send_to(Service::babbles);
    EXPECT_NE(attempt.outcome, channel::Outcome::accepted);
    EXPECT_NE(attempt.outcome, channel::Outcome::refused) << "a broken service is no refusal";
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << attempt.detail;
}

TEST_P(ChannelSuite, LeavesNoSocketBehindWhenItIsCancelled)
{
    DMID_DEMAND(Demand::service);
    auto& channel = bench->start(Service::is_silent);
    const auto before = open_files();
    auto cut = [](channel::Channel& a_channel, channel::Leg a_leg,
                  channel::Outgoing message) -> net::Task<Result<channel::Attempt>>
    {
        auto task = sending(a_channel, std::move(a_leg), std::move(message));
        co_return co_await net::with_deadline(std::move(task), net::Millis{200});
    };
    const auto attempt = net::run_blocking(cut(channel, leg(60'000), bench->message("hello")));
    ASSERT_FALSE(attempt);
    // The service's own end closes when it sees ours gone.
    for (int i = 0; i < 100 && open_files() > before; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_LE(open_files(), before);
}

TEST_P(ChannelSuite, SendsTheSameMessageAgainWithoutHarm)
{
    auto& channel = bench->start(Service::accepts);
    ASSERT_EQ(send(channel, "hello").outcome, channel::Outcome::accepted);
    const auto again = send(channel, "hello");
    EXPECT_EQ(again.outcome, channel::Outcome::accepted) << again.detail;
    if (!channel.traits().idempotent)
        return;
    const auto arrived = bench->arrived();
    ASSERT_EQ(arrived.size(), 2U);
    EXPECT_EQ(arrived[0], arrived[1]);
}
} // namespace dmid::conformance
