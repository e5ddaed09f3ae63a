// SPDX-License-Identifier: Apache-2.0
// Long messages out, what they cost, and several services.
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

const std::string kRecipient = "+491701234567";
const SystemClock kPartsClock;
const std::string kThreeParts(400, 'x');

std::unique_ptr<channel::Channel> made(SmsOptions options)
{
    return make_sms_channel(std::move(options), kPartsClock).value();
}
/// Answers the n-th submit, from 1, in its own way.
Smsc::Handler at_submit(unsigned n, std::function<void(SmscConnection&, const Pdu&)> what)
{
    auto count = std::make_shared<std::atomic<unsigned>>(0);
    return [n, what = std::move(what), count](SmscConnection& connection, const Pdu& pdu)
    {
        if (!pdu.is(Command::submit_sm) || ++*count != n)
            return false;
        what(connection, pdu);
        return true;
    };
}

TEST(SmsParts, EachPartHasItsIdAndTheWholeComesTogether)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.receipts = Receipts::last;
    const auto channel = made(std::move(options));
    const auto attempt = test::send(*channel, leg_to(kRecipient), kThreeParts);
    EXPECT_EQ(attempt.known_as, (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(smsc.texts(), std::vector<std::string>{kThreeParts});
    const auto sent = smsc.submitted();
    EXPECT_EQ(sent[0].registered_delivery, 0);
    EXPECT_EQ(sent[2].registered_delivery, 1);
    EXPECT_EQ(sent[0].text[1], 0) << "an 8-bit reference";
}

TEST(SmsParts, WideReferencesAndWholePayloadsAreOptions)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.long_texts = LongTexts::wide_parts;
    EXPECT_EQ(test::send(*made(options), leg_to(kRecipient), kThreeParts).outcome, Outcome::accepted);
    EXPECT_EQ(smsc.submitted()[0].text[1], 8);
    options.long_texts = LongTexts::payload;
    EXPECT_EQ(test::send(*made(options), leg_to(kRecipient), std::string(170, 'y')).known_as.size(), 1U);
    EXPECT_EQ(smsc.texts().back(), std::string(170, 'y'));
    EXPECT_EQ(smsc.submitted().back().esm_class, 0);
}

TEST(SmsParts, ARefusalOfALaterPartSaysWhatWasAccepted)
{
    Smsc smsc{at_submit(2, [](SmscConnection& connection, const Pdu& pdu)
                        { connection.respond(pdu, Status::invalid_destination); })};
    const auto channel = made(options_for(smsc));
    const auto attempt = test::send(*channel, leg_to(kRecipient), kThreeParts);
    EXPECT_EQ(attempt.outcome, Outcome::refused);
    EXPECT_EQ(attempt.detail, "1 of 3 parts were accepted, then: ESME_RINVDSTADR");
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"1"});
    EXPECT_EQ(smsc.submitted().size(), 2U) << "the third was not paid for";
}

TEST(SmsParts, TheNextAttemptSendsOnlyWhatIsMissing)
{
    Smsc smsc{at_submit(2, [](SmscConnection& connection, const Pdu&) { connection.hang_up(); })};
    const auto channel = made(options_for(smsc));
    const auto first = test::send(*channel, leg_to(kRecipient), kThreeParts);
    EXPECT_EQ(first.outcome, Outcome::uncertain) << first.detail;
    auto leg = leg_to(kRecipient);
    leg.repeated = true;
    ASSERT_TRUE(Smsc::wait_until(
        [&] { return test::send(*channel, leg, kThreeParts).outcome == Outcome::accepted; }));
    const auto sent = smsc.submitted();
    ASSERT_EQ(sent.size(), 4U) << "the second twice, since nobody knows";
    EXPECT_EQ(sent[2].text, sent[1].text) << "the same reference";
    EXPECT_EQ(test::send(*channel, leg, kThreeParts).known_as.size(), 3U);
    EXPECT_EQ(smsc.submitted().size(), 4U);
}

TEST(SmsParts, APartThatCouldNotBeHandedOverAfterOthersIsNoCleanFailure)
{
    Smsc smsc{at_submit(1,
                        [](SmscConnection& connection, const Pdu& pdu)
                        {
                            connection.respond(pdu, Status::ok, encode_message_id("1"));
                            connection.hang_up();
                        })};
    auto options = options_for(smsc);
    options.timing.first_pause = options.timing.longest_pause = std::chrono::seconds{5};
    const auto channel = made(std::move(options));
    const auto attempt = test::send(*channel, leg_to(kRecipient), kThreeParts);
    EXPECT_EQ(attempt.outcome, Outcome::uncertain);
    EXPECT_TRUE(attempt.detail.starts_with("1 of 3 parts were accepted")) << attempt.detail;
}

TEST(SmsParts, OverTheDaysCapNothingGoesBeforeMidnight)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.spending.prices = {{"+49", 7}};
    options.spending.caps = {{"day", {}, 4, {}}};
    const auto channel = made(std::move(options));
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 1), kThreeParts).outcome, Outcome::accepted);
    const auto over = test::send(*channel, leg_to(kRecipient, 2), kThreeParts);
    EXPECT_EQ(over.outcome, Outcome::deferred);
    EXPECT_EQ(over.retry_at, Spending::until_tomorrow(kPartsClock.now_ms()));
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 1), kThreeParts).outcome, Outcome::accepted)
        << "is there already";
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 3), "one").outcome, Outcome::accepted);
    EXPECT_EQ(test::send(*channel, leg_to("+12025550100", 4), "one").outcome, Outcome::refused);
    EXPECT_EQ(smsc.submitted().size(), 4U);
}

TEST(SmsParts, WhatIsRefusedIsNotCounted)
{
    Smsc smsc{at_submit(2, [](SmscConnection& connection, const Pdu& pdu)
                        { connection.respond(pdu, Status::invalid_destination); })};
    auto options = options_for(smsc);
    options.spending.caps = {{"day", {}, 3, {}}};
    const auto channel = made(std::move(options));
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 1), kThreeParts).outcome, Outcome::refused);
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 2), "one").outcome, Outcome::accepted);
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 3), "two").outcome, Outcome::accepted);
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient, 4), "three").outcome, Outcome::deferred);
}

TEST(SmsParts, ServicesTakeTurnsAndOneThatIsGoneIsPassedOver)
{
    Smsc one;
    auto two = std::make_unique<Smsc>();
    auto options = options_for(one);
    options.services.push_back(test::service_at(two->port(), Binds::transmitter));
    options.timing.linger = std::chrono::seconds{20};
    const auto channel = made(std::move(options));
    (void)test::send(*channel, leg_to(kRecipient, 100), "wakes both");
    ASSERT_TRUE(Smsc::wait_until([&] { return !two->heard(Command::bind_transmitter).empty(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    for (unsigned i = 0; i < 6; ++i)
        EXPECT_EQ(test::send(*channel, leg_to(kRecipient, i), "hello").outcome, Outcome::accepted);
    EXPECT_GE(one.submitted().size(), 3U);
    EXPECT_GE(two->submitted().size(), 3U);
    two.reset();
    // One may have been handed over just as the service went.
    unsigned uncertain = 0;
    for (unsigned i = 10; i < 16; ++i)
    {
        const auto outcome = test::send(*channel, leg_to(kRecipient, i), "hello").outcome;
        uncertain += outcome == Outcome::uncertain ? 1 : 0;
        EXPECT_TRUE(outcome == Outcome::accepted || outcome == Outcome::uncertain);
    }
    EXPECT_LE(uncertain, 1U);
}

TEST(SmsParts, TheRateOfALineIsKept)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.services[0].messages_per_second = 20;
    const auto channel = made(std::move(options));
    const auto began = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < 10; ++i)
        EXPECT_EQ(test::send(*channel, leg_to(kRecipient, i), "hello").outcome, Outcome::accepted);
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{390}) << "no sooner";
}

TEST(SmsParts, ATextThatNeedsTooManyPartsIsRefusedBeforeAnyConnection)
{
    Smsc smsc;
    auto options = options_for(smsc);
    options.max_parts = 5;
    const auto channel = made(std::move(options));
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient), std::string(81, 'x')).code, Errc::channel_too_large);
    EXPECT_EQ(smsc.connections(), 0U);
    std::string owls;
    while (owls.size() + 4 <= channel->traits().max_text)
        owls += "🦉";
    EXPECT_EQ(test::send(*channel, leg_to(kRecipient), owls).outcome, Outcome::accepted);
}

TEST(SmsParts, OptionsThatCannotBeAreRefused)
{
    Smsc smsc;
    const auto code_of = [](const SmsOptions& options)
    {
        const auto made_of = make_sms_channel(options, kPartsClock);
        return made_of ? Errc::internal_bug : made_of.error().code;
    };
    auto options = options_for(smsc);
    options.services[0].password = "far too long";
    EXPECT_EQ(code_of(options), Errc::config_value);
    options = options_for(smsc);
    options.services[0].binds = Binds::receiver;
    EXPECT_EQ(code_of(options), Errc::config_missing);
    options = options_for(smsc);
    options.sources.clear();
    EXPECT_EQ(code_of(options), Errc::config_missing);
    options = options_for(smsc);
    options.max_parts = 17;
    EXPECT_EQ(code_of(options), Errc::config_value);
    options = options_for(smsc);
    options.services[0].label = "No:";
    EXPECT_EQ(code_of(options), Errc::config_value);
}
} // namespace
} // namespace dmid::channels::sms
