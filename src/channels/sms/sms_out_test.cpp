// SPDX-License-Identifier: Apache-2.0
// What becomes of messages out, before services that behave badly.
#include "channels/sms/testing_inbox.hpp"

namespace dmid::channels::sms
{
namespace
{
using channel::Outcome;
using test::leg_to;
using test::options_for;
using test::Smsc;
using test::SmscConnection;

const std::string kPhone = "+491701234567";
const SystemClock kWallClock;

std::unique_ptr<channel::Channel> channel_for(SmsOptions options)
{
    return make_sms_channel(std::move(options), kWallClock).value();
}
Smsc::Handler to_submits(std::function<void(SmscConnection&, const Pdu&)> what)
{
    return [what = std::move(what)](SmscConnection& connection, const Pdu& pdu)
    {
        if (!pdu.is(Command::submit_sm))
            return false;
        what(connection, pdu);
        return true;
    };
}

TEST(SmsOut, OneMessageIsAcceptedUnderTheServicesId)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.services[0].label = "one";
    options.receipts = Receipts::last;
    const auto channel = channel_for(std::move(options));
    const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
    ASSERT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"one:1"});
    const auto sent = smsc.submitted();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, (SmsAddress{1, 1, "491701234567"}));
    EXPECT_EQ(sent[0].source, (SmsAddress{5, 0, "DMID"}));
    EXPECT_EQ(sent[0].registered_delivery, 1);
    EXPECT_EQ(channel->traits().confirms, channel::Confirms::delivered);
}

TEST(SmsOut, AServiceThatHangsUpAtAnyByteIsUnreachableBeforeTheBindAndUncertainAfterIt)
{
    const auto bound = encode_pdu({0x80000009U, 0, 1, encode_message_id("smsc")});
    const auto taken = encode_pdu({0x80000004U, 0, 2, encode_message_id("42")});
    for (std::size_t most = 0; most <= bound.size() + taken.size(); ++most)
    {
        Smsc smsc{[&](SmscConnection& connection, const Pdu& pdu)
                  {
                      const auto before = pdu.is(Command::bind_transceiver) ? 0 : bound.size();
                      const auto& answer = before == 0 ? bound : taken;
                      const auto size = std::min(answer.size(), most - std::min(most, before));
                      connection.send_bytes(ByteView{answer}.first(size));
                      if (size < answer.size())
                          connection.hang_up();
                      return true;
                  }};
        const auto channel = channel_for(options_for(smsc));
        const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
        const auto expected = most < bound.size()                  ? Outcome::unreachable
                              : most < bound.size() + taken.size() ? Outcome::uncertain
                                                                   : Outcome::accepted;
        EXPECT_EQ(attempt.outcome, expected) << most << ' ' << attempt.detail;
    }
}

TEST(SmsOut, WhatIsNoSmppEndsTheSessionAndIsCalledSo)
{
    for (const auto* hex :
         {"0000000080000009", "ffffffff80000009", "00010401", "0000000f", "485454502f312e31"})
    {
        Smsc smsc{[&](SmscConnection& connection, const Pdu&)
                  { return connection.send_bytes(from_hex(hex).value()); }};
        const auto channel = channel_for(options_for(smsc));
        const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
        EXPECT_EQ(attempt.outcome, Outcome::unreachable) << hex;
        EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << hex << attempt.detail;
    }
}

TEST(SmsOut, EndlessUselessPdusEndTheSession)
{
    Smsc smsc{to_submits(
        [](SmscConnection& connection, const Pdu&)
        {
            for (std::uint32_t i = 0; i < 100'000 && connection.send(Command::submit_sm, 0, i); ++i)
                continue;
        })};
    const auto channel = channel_for(options_for(smsc));
    const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
    EXPECT_EQ(attempt.outcome, Outcome::uncertain);
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
}

TEST(SmsOut, ACommandThatIsNotKnownIsAnsweredWithAGenericNack)
{
    Smsc smsc{to_submits(
        [](SmscConnection& connection, const Pdu& pdu)
        {
            connection.send(Command::submit_sm, 0, 77);
            connection.send(Command::alert_notification, 0, 78); // known, and not answered
            connection.respond(pdu, Status::ok, encode_message_id("1"));
        })};
    const auto channel = channel_for(options_for(smsc));
    EXPECT_EQ(test::send(*channel, leg_to(kPhone), "hello").outcome, Outcome::accepted);
    ASSERT_TRUE(Smsc::wait_until([&] { return !smsc.heard(Command::generic_nack).empty(); }));
    const auto nacks = smsc.heard(Command::generic_nack);
    ASSERT_EQ(nacks.size(), 1U);
    EXPECT_EQ(nacks[0].sequence, 77U);
    EXPECT_EQ(nacks[0].status, static_cast<std::uint32_t>(Status::invalid_command_id));
}

TEST(SmsOut, TheServicesAnswersAreToldApart)
{
    struct Row
    {
        std::uint32_t status;
        Outcome outcome;
        Errc code;
    };
    for (const auto& row : {Row{0x0b, Outcome::refused, Errc::channel_refused},
                            Row{0x45, Outcome::refused, Errc::channel_refused},
                            Row{0x08, Outcome::deferred, Errc::channel_deferred},
                            Row{0x14, Outcome::deferred, Errc::channel_deferred},
                            Row{0x58, Outcome::deferred, Errc::channel_deferred},
                            Row{0x4ff, Outcome::deferred, Errc::channel_deferred},
                            Row{0x0e, Outcome::unreachable, Errc::channel_auth_failed},
                            Row{0x04, Outcome::unreachable, Errc::channel_unreachable}})
    {
        Smsc smsc{to_submits([&row](SmscConnection& connection, const Pdu& pdu)
                             { connection.respond(pdu, static_cast<Status>(row.status)); })};
        const auto channel = channel_for(options_for(smsc));
        const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
        EXPECT_EQ(attempt.outcome, row.outcome) << row.status;
        EXPECT_EQ(attempt.code, row.code) << row.status;
        EXPECT_NE(attempt.detail.find(status_words(row.status)), std::string::npos) << attempt.detail;
        EXPECT_EQ(attempt.retry_at.has_value(), row.status == 0x14 || row.status == 0x58);
    }
}

TEST(SmsOut, AGenericNackAnswersTheSubmitThatItNames)
{
    Smsc smsc{to_submits(
        [](SmscConnection& connection, const Pdu& pdu)
        {
            connection.send(Command::generic_nack, 3, 0); // of nothing that we sent: passed over
            connection.send(Command::generic_nack, 3, pdu.sequence);
        })};
    const auto channel = channel_for(options_for(smsc));
    const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
}

TEST(SmsOut, AWrongPasswordIsCalledSoAndNotShown)
{
    Smsc smsc{[](SmscConnection& connection, const Pdu& pdu)
              { return connection.respond(pdu, Status::invalid_password); }};
    const auto channel = channel_for(options_for(smsc));
    const auto attempt = test::send(*channel, leg_to(kPhone), "hello");
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_auth_failed);
    EXPECT_EQ(attempt.detail, "the service refused the bind: ESME_RINVPASWD");
}

TEST(SmsOut, ThrottlingStopsTheWholeBindForAGrowingPause)
{
    std::atomic<unsigned> refusals{2};
    Smsc smsc{[&refusals](SmscConnection& connection, const Pdu& pdu)
              {
                  return pdu.is(Command::submit_sm) && refusals > 0 &&
                         (--refusals, connection.respond(pdu, Status::throttled));
              }};
    auto options = options_for(smsc);
    options.timing.first_pause = std::chrono::milliseconds{400};
    options.timing.longest_pause = std::chrono::seconds{10};
    options.timing.linger = std::chrono::seconds{20};
    const auto channel = channel_for(std::move(options));
    const auto began = kWallClock.now_ms();
    const auto first = test::send(*channel, leg_to(kPhone, 1), "one");
    ASSERT_TRUE(first.retry_at);
    // A message with less time than the pause does not reach the service at all.
    const auto second = test::send(*channel, leg_to(kPhone, 2, 100), "two");
    EXPECT_EQ(second.outcome, Outcome::deferred) << second.detail;
    EXPECT_EQ(smsc.submitted().size(), 1U);
    // One with more waits for the end of the pause.
    const auto third = test::send(*channel, leg_to(kPhone, 3, 20'000), "three");
    EXPECT_EQ(third.outcome, Outcome::deferred);
    ASSERT_TRUE(third.retry_at);
    EXPECT_GE(*third.retry_at, began + 400 + 800) << "twice as long as the first";
    EXPECT_EQ(test::send(*channel, leg_to(kPhone, 4, 20'000), "four").outcome, Outcome::accepted);
    EXPECT_EQ(smsc.connections(), 1U);
}

net::Task<Result<unsigned>> send_many(channel::Channel& channel, unsigned count)
{
    const auto executor = co_await net::current_executor();
    const auto accepted = std::make_shared<unsigned>(0);
    const auto ended = std::make_shared<unsigned>(0);
    auto one = [](channel::Channel& a_channel, unsigned id, std::shared_ptr<unsigned> good,
                  std::shared_ptr<unsigned> done) -> net::Task<>
    {
        auto message = test::words("number " + std::to_string(id));
        const auto attempt = co_await a_channel.send(leg_to(kPhone, id, 20'000), std::move(message));
        *good += attempt.outcome == Outcome::accepted ? 1 : 0;
        ++*done;
    };
    for (unsigned i = 0; i < count; ++i)
        net::spawn(executor, one(channel, i, accepted, ended));
    while (*ended < count)
        co_await net::sleep_for(net::Millis{5});
    co_return *accepted;
}

TEST(SmsOut, NoMoreThanTheWindowIsEverWithoutAnAnswer)
{
    std::mutex mutex;
    std::vector<Pdu> unanswered;
    std::size_t most = 0;
    Smsc smsc{to_submits(
        [&](SmscConnection& connection, const Pdu& pdu)
        {
            const std::lock_guard lock{mutex};
            unanswered.push_back(pdu);
            most = std::max(most, unanswered.size());
            // Answers come late, in the other order, when the window is full or at the end.
            if (unanswered.size() < 4)
                return;
            for (auto at = unanswered.rbegin(); at != unanswered.rend(); ++at)
                connection.respond(*at, Status::ok, encode_message_id(std::to_string(at->sequence)));
            unanswered.clear();
        })};
    auto options = options_for(smsc);
    options.services[0].window = 4;
    const auto channel = channel_for(std::move(options));
    EXPECT_EQ(net::run_blocking(send_many(*channel, 40)).value(), 40U);
    EXPECT_EQ(most, 4U);
    EXPECT_EQ(smsc.connections(), 1U);
}

TEST(SmsOut, AMessageWithoutAPlaceInTheWindowIsNeverHandedOver)
{
    Smsc smsc{to_submits([](SmscConnection&, const Pdu&) {})};
    auto options = options_for(smsc);
    options.services[0].window = 1;
    const auto channel = channel_for(std::move(options));
    auto both = [](channel::Channel& a_channel) -> net::Task<Result<channel::Attempt>>
    {
        auto keeps = [](channel::Channel& its_channel) -> net::Task<>
        {
            auto message = test::words("takes the place");
            (void)co_await its_channel.send(leg_to(kPhone, 1, 1500), std::move(message));
        };
        net::spawn(co_await net::current_executor(), keeps(a_channel));
        co_await net::sleep_for(net::Millis{200});
        auto message = test::words("waits");
        co_return co_await a_channel.send(leg_to(kPhone, 2, 300), std::move(message));
    };
    const auto attempt = net::run_blocking(both(*channel)).value();
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_timeout);
    EXPECT_EQ(smsc.submitted().size(), 1U);
}

TEST(SmsOut, AnAnswerThatNeverComesIsUncertainAndItsPlaceIsFreeAgain)
{
    std::atomic<bool> silent{true};
    Smsc smsc{[&silent](SmscConnection&, const Pdu& pdu)
              { return pdu.is(Command::submit_sm) && silent.exchange(false); }};
    auto options = options_for(smsc);
    options.services[0].window = 1;
    options.timing.response = std::chrono::milliseconds{200};
    const auto channel = channel_for(std::move(options));
    const auto first = test::send(*channel, leg_to(kPhone, 1), "one");
    EXPECT_EQ(first.outcome, Outcome::uncertain);
    EXPECT_EQ(first.code, Errc::channel_timeout);
    EXPECT_EQ(test::send(*channel, leg_to(kPhone, 2), "two").outcome, Outcome::accepted);
}
} // namespace
} // namespace dmid::channels::sms
