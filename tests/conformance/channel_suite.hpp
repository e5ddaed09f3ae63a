// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every channel must do, whatever service is behind it. A channel describes its service's misbehaviour
// once, and instantiates the suite with one line:
//
//     INSTANTIATE_TEST_SUITE_P(Nostr, ChannelSuite, testing::Values(&make_nostr_bench));
#include "channel/channel.hpp"
#include "net/run_blocking.hpp"
#include "net/with_deadline.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace dmid::conformance
{
/// What the scripted service behind the channel does with the next message.
enum class Service : std::uint8_t
{
    accepts,
    refuses,   ///< for good
    defers,    ///< asks for another attempt later
    is_gone,   ///< nobody listens there
    is_silent, ///< takes the message and never answers
    hangs_up,  ///< takes the message and cuts the connection
    babbles,   ///< answers with bytes that are no protocol, then cuts the connection
};

/// A channel with a scripted service behind it, on loopback. Made anew for every test.
class Bench
{
public:
    virtual ~Bench() = default;
    /// The channel, connected to a service that behaves so. Called once.
    virtual channel::Channel& start(Service behaviour) = 0;
    /// An address as a person writes it.
    virtual std::string address() const = 0;
    /// Addresses that parse_address() must refuse.
    virtual std::vector<std::string> bad_addresses() const = 0;
    /// What makes up a leg and a message for that address; the suite sets ids, deadline and text.
    virtual channel::Leg leg() const = 0;
    virtual channel::Outgoing message(const std::string& text) const = 0;
    /// How many connections the service has seen so far.
    virtual unsigned connections() const = 0;
    /// The texts that reached the service, decrypted where the channel encrypts.
    virtual std::vector<std::string> arrived() const = 0;
    /// Secrets and bodies that must stand in no detail: credentials, tickets, keys.
    virtual std::vector<std::string> secrets() const = 0;
};
using MakeBench = std::unique_ptr<Bench> (*)();

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

    std::unique_ptr<Bench> bench = GetParam()();
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ChannelSuite);

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
    const auto refused = send_to(Service::refuses);
    EXPECT_EQ(refused.outcome, channel::Outcome::refused) << refused.detail;
    bench = GetParam()();
    const auto deferred = send_to(Service::defers);
    EXPECT_EQ(deferred.outcome, channel::Outcome::deferred) << deferred.detail;
}

TEST_P(ChannelSuite, IsUnreachableWhereNobodyListens)
{
    const auto attempt = send_to(Service::is_gone);
    EXPECT_EQ(attempt.outcome, channel::Outcome::unreachable) << attempt.detail;
}

TEST_P(ChannelSuite, IsUncertainWhereTheAnswerWasLost)
{
    const auto attempt = send_to(Service::hangs_up);
    EXPECT_EQ(attempt.outcome, channel::Outcome::uncertain) << attempt.detail;
}

TEST_P(ChannelSuite, EndsByTheDeadlineOfASilentService)
{
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
    const auto attempt = send_to(Service::babbles);
    EXPECT_NE(attempt.outcome, channel::Outcome::accepted);
    EXPECT_NE(attempt.outcome, channel::Outcome::refused) << "a broken service is no refusal";
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << attempt.detail;
}

TEST_P(ChannelSuite, LeavesNoSocketBehindWhenItIsCancelled)
{
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
