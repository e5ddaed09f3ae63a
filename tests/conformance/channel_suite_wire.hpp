// SPDX-License-Identifier: Apache-2.0
// A part of channel_suite.hpp: what happens to bytes on their way, and texts of all kinds.
#pragma once

#include "chat/testing_inbox.hpp"
#include "conformance/any_text.hpp"
#include "conformance/channel_fixture.hpp"

#include <numeric>

namespace dmid::conformance
{
TEST_P(ChannelSuite, CarriesAnyTextAsItDeclares)
{
    auto& channel = bench->start(Service::accepts);
    const bool carried = rc::check(
        [&]
        {
            const auto text = 'a' + any_text(false) + 'z';
            RC_PRE(text.size() <= channel.traits().max_text);
            const auto before = bench->arrived().size();
            another_leg();
            const auto attempt = send(channel, text, 5000);
            RC_ASSERT(attempt.outcome == channel::Outcome::accepted);
            const auto arrived = bench->arrived();
            RC_ASSERT(arrived.size() > before);
            const auto seen = std::accumulate(arrived.begin() + static_cast<std::ptrdiff_t>(before),
                                              arrived.end(), std::string{});
            RC_ASSERT(seen.find(bench->carried(text)) != std::string::npos);
        });
    EXPECT_TRUE(carried);
}

TEST_P(ChannelSuite, IsHonestWhereverTheServiceEndsTheConnection)
{
    DMID_DEMAND(Demand::interference);
    begin_between();
    ASSERT_NE(bench->between(), nullptr) << "start() must dial before()";
    ASSERT_EQ(send(*channel_, "hello").outcome, channel::Outcome::accepted);
    const auto pieces = bench->between()->answers();
    ASSERT_FALSE(pieces.empty());
    for (const auto place : places(pieces.back()))
        expect_honest(send_through({Interference::What::cut_answers, place}), place);
}

TEST_P(ChannelSuite, IsHonestWhereverItsOwnBytesAreLost)
{
    DMID_DEMAND(Demand::interference);
    begin_between();
    ASSERT_NE(bench->between(), nullptr) << "start() must dial before()";
    ASSERT_EQ(send(*channel_, "hello").outcome, channel::Outcome::accepted);
    for (const auto place : places(bench->between()->requests()))
        expect_honest(send_through({Interference::What::cut_requests, place}), place);
}

TEST_P(ChannelSuite, EndsAnAnswerOfAGigabyteSoonAndKeepsNothingOfIt)
{
    DMID_DEMAND(Demand::interference);
    begin_between();
    ASSERT_NE(bench->between(), nullptr) << "start() must dial before()";
    ASSERT_EQ(send(*channel_, "hello").outcome, channel::Outcome::accepted);
    // In place of each answer of a whole exchange, that to the message the last.
    auto places = bench->between()->answers();
    ASSERT_FALSE(places.empty());
    places.back() = 0;
    auto floods = bench->floods();
    floods.push_back({"", "x"});
    floods.push_back({"\xff\xfe", std::string{"\0", 1}});
    for (const auto place : places)
        for (const auto& flood : floods)
        {
            const auto attempt =
                send_through({Interference::What::flood, place, flood.beginning, flood.filler});
            expect_honest(attempt, place);
            EXPECT_NE(attempt.outcome, channel::Outcome::accepted) << "at " << place;
            bench->between()->meddle({}); // whatever it still reads ends here
            EXPECT_LE(bench->between()->taken(), std::size_t{48} << 20U)
                << "at " << place << ": " << flood.beginning;
        }
}

TEST_P(ChannelSuite, DialsAgainWithPauses)
{
    DMID_DEMAND(Demand::interference);
    auto& channel = begin_between();
    ASSERT_NE(bench->between(), nullptr) << "start() must dial before()";
    bench->between()->meddle({Interference::What::cut_requests, 0});
    const auto before = bench->between()->connections();
    {
        chat::test::HearingInbox inbox;
        chat::test::Running running{channel, inbox};
        const auto attempt = send(channel, "hello", 700);
        EXPECT_NE(attempt.outcome, channel::Outcome::accepted);
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
    }
    EXPECT_LE(bench->between()->connections() - before, 60U) << "in one second";
}

TEST_P(ChannelSuite, TriesAgainWhenTheServiceSaidAndNotBefore)
{
    DMID_DEMAND(Demand::service);
    const auto began = SystemClock{}.now_ms();
    const auto attempt = send_to(Service::defers);
    ASSERT_EQ(attempt.outcome, channel::Outcome::deferred) << attempt.detail;
    const auto wait = bench->asked_to_wait() * 1000;
    ASSERT_TRUE(attempt.retry_at || wait == 0) << "the service named a time";
    if (!attempt.retry_at)
        return;
    EXPECT_GE(*attempt.retry_at, began + wait - 1000) << "whole seconds of the service";
    EXPECT_LE(*attempt.retry_at, SystemClock{}.now_ms() + (wait > 0 ? wait + 1000 : 3'600'000))
        << "an hour where the channel chooses";
}

TEST_P(ChannelSuite, ShowsNoSecretInLogsAndTroubles)
{
    for (const auto behaviour : {Service::accepts, Service::refuses, Service::defers, Service::hangs_up,
                                 Service::babbles, Service::is_gone})
    {
        bench = GetParam()();
        auto& channel = bench->start(behaviour);
        ::testing::internal::CaptureStderr();
        ::testing::internal::CaptureStdout();
        (void)send(channel, "hello", 300);
        const auto shown = ::testing::internal::GetCapturedStdout() +
                           ::testing::internal::GetCapturedStderr() + channel.trouble();
        for (const auto& secret : bench->secrets())
            EXPECT_EQ(shown.find(secret), std::string::npos) << "shown: " << shown;
    }
}
} // namespace dmid::conformance
