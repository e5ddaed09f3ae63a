// SPDX-License-Identifier: Apache-2.0
// For tests only: the fixture of channel_suite.hpp.
#pragma once

#include "conformance/channel_bench.hpp"
#include "net/run_blocking.hpp"
#include "net/with_deadline.hpp"

#include <filesystem>

namespace dmid::conformance
{
class ChannelSuite : public testing::TestWithParam<MakeBench>
{
protected:
    static constexpr std::int64_t kPatience = 1500; ///< ms; the deadline of ordinary attempts

    /// File descriptors of this process.
    static std::size_t open_files()
    {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
            ++count;
        return count;
    }

    channel::Leg leg(std::int64_t deadline_ms = kPatience) const
    {
        auto out = bench->leg();
        out.id.bytes.fill(7);
        out.id.bytes[0] = static_cast<std::uint8_t>(legs_ >> 8U);
        out.id.bytes[1] = static_cast<std::uint8_t>(legs_);
        out.deadline = SystemClock{}.now_ms() + deadline_ms;
        return out;
    }

    channel::Attempt send(channel::Channel& channel, const std::string& text,
                          std::int64_t deadline_ms = kPatience)
    {
        auto attempt = net::run_blocking(sending(channel, leg(deadline_ms), bench->message(text)));
        EXPECT_TRUE(attempt.has_value()) << to_string(attempt.error());
        if (!attempt)
            return {};
        EXPECT_LE(attempt->detail.size(), 300U);
        EXPECT_TRUE(is_utf8(attempt->detail));
        for (const unsigned char c : attempt->detail)
            EXPECT_GE(c, 0x20U) << "control characters in the detail";
        for (const auto& secret : bench->secrets())
            EXPECT_EQ(attempt->detail.find(secret), std::string::npos) << "a secret in the detail";
        return *std::move(attempt);
    }
    channel::Attempt send_to(Service behaviour, const std::string& text = "hello")
    {
        return send(bench->start(behaviour), text);
    }

    static net::Task<Result<channel::Attempt>> sending(channel::Channel& channel, channel::Leg leg,
                                                       channel::Outgoing message)
    {
        co_return co_await channel.send(std::move(leg), std::move(message));
    }

    /// A channel with something between it and a service that accepts.
    channel::Channel& begin_between()
    {
        bench = GetParam()();
        bench->interpose();
        channel_ = &bench->start(Service::accepts);
        return *channel_;
    }
    /// One message of its own, on a connection that this happens to.
    channel::Attempt send_through(Interference how)
    {
        if (bench->keeps_a_connection())
            begin_between(); // it would pause longer and longer
        bench->between()->meddle(std::move(how));
        before_ = bench->arrived().size();
        another_leg();
        return send(*channel_, "hello " + std::to_string(++count_), bench->keeps_a_connection() ? 100 : 1000);
    }
    /// A connection that ends says no more than what was seen.
    void expect_honest(const channel::Attempt& attempt, std::size_t place) const
    {
        using channel::Outcome;
        EXPECT_NE(attempt.outcome, Outcome::refused)
            << "at " << place << ": a broken connection is no refusal";
        const auto now = bench->arrived().size();
        EXPECT_FALSE(attempt.outcome == Outcome::accepted && now == before_)
            << "at " << place << ": accepted, and nothing arrived";
        EXPECT_FALSE(attempt.outcome == Outcome::unreachable && now != before_)
            << "at " << place << ": it arrived, and was handed over to nobody";
    }
    /// Of an exchange of so many bytes: every byte up to 160, else 160 places.
    static std::vector<std::size_t> places(std::size_t total)
    {
        constexpr std::size_t kMost = 160;
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < std::min(total, kMost); ++i)
            out.push_back(total <= kMost ? i : i * total / kMost);
        return out;
    }

    /// What follows is sent for another leg.
    void another_leg() { ++legs_; }

    std::unique_ptr<Bench> bench = GetParam()();
    channel::Channel* channel_ = nullptr;
    std::size_t before_ = 0; ///< messages that had arrived
    unsigned count_ = 0;
    unsigned legs_ = 0;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ChannelSuite);

/// For demands that a channel may be exempt from, by a reason that is shown.
#define DMID_DEMAND(demand)                                                                                  \
    if (const auto why = bench->exempt(demand))                                                              \
    GTEST_SKIP() << *why
} // namespace dmid::conformance
