// SPDX-License-Identifier: Apache-2.0
// What services deliver, and what they are told.
#include "channels/sms/testing_inbox.hpp"

namespace dmid::channels::sms
{
namespace
{
using channel::Outcome;
using channel::Yes;
using test::from_phone;
using test::InboxDouble;
using test::leg_to;
using test::options_for;
using test::parts_from_phone;
using test::Running;
using test::Smsc;
using test::SmscConnection;

const std::string kCaller = "+491701234567";
const SystemClock kNowClock;

/// A service, a channel that receives from it, and an inbox.
struct Receiving
{
    explicit Receiving(std::function<void(SmsOptions&)> set = {}, InboxDouble::Hear hears = {},
                       InboxDouble::Judge judges = {})
    {
        inbox.hears = std::move(hears);
        inbox.judges = std::move(judges);
        auto options = options_for(smsc);
        if (set)
            set(options);
        channel = make_sms_channel(std::move(options), kNowClock).value();
        running.emplace(*channel, inbox);
        EXPECT_TRUE(Smsc::wait_until([this] { return bound() > 0; }));
        // The bind's answer is on its way.
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    std::size_t bound() const
    {
        return smsc.heard(Command::bind_transceiver).size() + smsc.heard(Command::bind_receiver).size();
    }
    bool heard(std::size_t count) const
    {
        return Smsc::wait_until([this, count] { return inbox.lines().size() >= count; });
    }
    Smsc smsc;
    InboxDouble inbox;
    std::unique_ptr<channel::Channel> channel;
    std::optional<Running> running;
};

TEST(SmsIn, AMessageIsAcknowledgedWhenItWasHeard)
{
    Receiving it;
    const auto sequence = it.smsc.deliver(from_phone("STOP"));
    EXPECT_EQ(it.smsc.answer_to(sequence), Status::ok);
    ASSERT_EQ(it.inbox.lines().size(), 1U);
    const auto line = it.inbox.lines()[0];
    EXPECT_EQ(line.channel, "sms");
    EXPECT_EQ(line.account, kCaller);
    EXPECT_EQ(line.text, "STOP") << "what such words mean is not for the channel";
    EXPECT_FALSE(line.proven);
    EXPECT_FALSE(line.automatic);
    EXPECT_FALSE(line.native_id.empty());
}

TEST(SmsIn, LaterMakesTheServiceSendItAgainUnderTheSameId)
{
    std::atomic<unsigned> heard{0};
    Receiving it{{}, [&heard](const channel::ChatLine&) {
                     return InboxDouble::said(heard++ == 0 ? Yes::later : Yes::no);
                 }};
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("ok"))), Status::temporary_error);
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("ok"))), Status::ok)
        << "refused for good is done with";
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("ok"))), Status::ok);
    const auto lines = it.inbox.lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].native_id, lines[1].native_id);
    EXPECT_NE(lines[1].native_id, lines[2].native_id) << "the same words, said again";
}

TEST(SmsIn, PartsAreAcknowledgedTogetherWhenTheWholeWasHeard)
{
    Receiving it;
    std::string text;
    while (text.size() < 500)
        text += "Grüße 你好 🦉 ";
    for (const bool wide : {false, true})
    {
        const auto parts = parts_from_phone(text, 7, wide);
        ASSERT_GE(parts.size(), 3U);
        std::vector<std::uint32_t> sequences;
        for (auto part = parts.rbegin(); part != std::prev(parts.rend()); ++part)
            sequences.push_back(it.smsc.deliver(*part));
        EXPECT_EQ(it.smsc.answer_to(sequences[0], std::chrono::milliseconds{200}), std::nullopt);
        sequences.push_back(it.smsc.deliver(parts[0]));
        for (const auto sequence : sequences)
            EXPECT_EQ(it.smsc.answer_to(sequence), Status::ok);
        EXPECT_EQ(it.inbox.lines().back().text, text);
        EXPECT_EQ(it.inbox.lines().back().lost, "");
    }
    EXPECT_EQ(it.inbox.lines().size(), 2U);
}

TEST(SmsIn, WhatStaysIncompleteIsHandedInAndSaysSo)
{
    Receiving it{[](SmsOptions& options)
                 {
                     options.hold = std::chrono::milliseconds{100};
                     options.patience = std::chrono::milliseconds{400};
                 }};
    const auto parts = parts_from_phone(std::string(400, 'x'), 9);
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(parts[1])), Status::temporary_error) << "put off, and kept";
    ASSERT_TRUE(it.heard(1));
    EXPECT_EQ(it.inbox.lines()[0].text, "[…]" + std::string(153, 'x') + "[…]");
    EXPECT_EQ(it.inbox.lines()[0].lost, "parts of this message never arrived");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(parts[1])), Status::ok) << "brought again: it is known";
    EXPECT_EQ(it.inbox.lines().size(), 1U);
}

TEST(SmsIn, SarParametersAndPayloadsAreRead)
{
    Receiving it;
    auto first = from_phone("one ");
    auto second = from_phone("two");
    for (auto* part : {&first, &second})
        part->tlvs = {{static_cast<std::uint16_t>(Tag::sar_reference), Bytes{1, 2}},
                      {static_cast<std::uint16_t>(Tag::sar_total), Bytes{2}},
                      {static_cast<std::uint16_t>(Tag::sar_sequence),
                       Bytes{static_cast<std::uint8_t>(part == &first ? 1 : 2)}}};
    (void)it.smsc.deliver(second);
    (void)it.smsc.deliver(first);
    ASSERT_TRUE(it.heard(1));
    EXPECT_EQ(it.inbox.lines()[0].text, "one two");
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone(std::string(5000, 'p')))), Status::ok);
    EXPECT_EQ(it.inbox.lines()[1].text, std::string(5000, 'p'));
}

TEST(SmsIn, WhatIsNoTextIsNamed)
{
    Receiving it;
    auto binary = from_phone("\x01\x02");
    binary.data_coding = 4;
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(binary)), Status::ok);
    EXPECT_EQ(it.inbox.lines()[0].text, "");
    EXPECT_EQ(it.inbox.lines()[0].lost, "a message that is no text (data coding 4)");
}

TEST(SmsIn, SendersWithoutANumberAreNotAnswered)
{
    Receiving it{{}, [](const channel::ChatLine&) { return InboxDouble::said(Yes::yes, "words for them"); }};
    auto bank = from_phone("your code is 1");
    bank.source = {5, 0, "My Bank"};
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(bank)), Status::ok);
    auto line = it.inbox.lines()[0];
    EXPECT_TRUE(line.automatic);
    EXPECT_EQ(line.account, "name:My_Bank");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_TRUE(it.smsc.submitted().empty());
    // A person is, from the address that they wrote to.
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("hello"))), Status::ok);
    ASSERT_TRUE(Smsc::wait_until([&] { return !it.smsc.submitted().empty(); }));
    const auto said = it.smsc.submitted()[0];
    EXPECT_EQ(said.source, (SmsAddress{3, 0, "12345"}));
    EXPECT_EQ(said.destination.digits, "491701234567");
    EXPECT_EQ(as_text(said.text), "words for them");
}

ShortMessage receipt_for(const std::string& id, const std::string& state)
{
    auto out = from_phone("id:" + id +
                          " sub:001 dlvrd:001 submit date:2611290100 done date:2611290101 stat:" + state +
                          " err:007 text:hello");
    out.esm_class = kEsmReceipt;
    return out;
}

TEST(SmsIn, ReceiptsAreReportedForTheMessageThatTheyMean)
{
    Receiving it;
    const auto attempt = test::send(*it.channel, leg_to("+12025550100"), "hello");
    ASSERT_EQ(attempt.known_as, std::vector<std::string>{"1"});
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(receipt_for("001", "DELIVRD"))), Status::ok);
    ASSERT_EQ(it.inbox.reports().size(), 1U);
    auto report = it.inbox.reports()[0];
    EXPECT_EQ(report.channel, "sms");
    EXPECT_EQ(report.account, "+12025550100") << "where it was sent, whatever the receipt's addresses say";
    EXPECT_EQ(report.known_as, "1");
    EXPECT_EQ(report.fate, channel::Report::Fate::delivered);
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(receipt_for("1", "UNDELIV"))), Status::ok);
    report = it.inbox.reports()[1];
    EXPECT_EQ(report.fate, channel::Report::Fate::failed);
    EXPECT_EQ(report.detail, "UNDELIV 007");
    EXPECT_TRUE(it.inbox.lines().empty());
}

TEST(SmsIn, IdsAreTriedInBothBases)
{
    Receiving it{{}, {}, [](const channel::Report& report) {
                     return report.known_as == "1e240" ? Yes::yes : Yes::no;
                 }};
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(receipt_for("123456", "DELIVRD"))), Status::ok);
    const auto reports = it.inbox.reports();
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].known_as, "123456");
    EXPECT_EQ(reports[0].account, kCaller);
}

TEST(SmsIn, AReceiptThatIsFasterThanTheStoreIsTriedAgain)
{
    std::atomic<unsigned> asked{0};
    Receiving it{{}, {}, [&asked](const channel::Report&) { return ++asked < 4 ? Yes::no : Yes::yes; }};
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(receipt_for("zz", "DELIVRD"))), Status::ok);
    EXPECT_EQ(it.inbox.reports().size(), 4U);
}

TEST(SmsIn, AReceiptOfNobodyIsDroppedInTheEnd)
{
    Receiving it{{}, {}, [](const channel::Report&) { return Yes::later; }};
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(receipt_for("zz", "DELIVRD"))), Status::ok);
    EXPECT_EQ(it.inbox.reports().size(), Deliveries::kReportTries);
}

TEST(SmsIn, MalformedMessagesAreRefusedForGood)
{
    Smsc smsc{[](SmscConnection& connection, const Pdu& pdu)
              {
                  if (pdu.is(Command::bind_transceiver))
                  {
                      connection.respond(pdu, Status::ok, encode_message_id("x"));
                      connection.send(Command::deliver_sm, 0, 77, Bytes{1, 2, 3});
                      return true;
                  }
                  return false;
              }};
    InboxDouble inbox;
    const auto channel = make_sms_channel(options_for(smsc), kNowClock).value();
    const Running running{*channel, inbox};
    EXPECT_EQ(smsc.answer_to(77), Status::permanent_error);
}

TEST(SmsIn, SeparateBindsSendAndReceive)
{
    Receiving it{[](SmsOptions& options) { options.services[0].binds = Binds::pair; }};
    ASSERT_TRUE(Smsc::wait_until([&] { return it.smsc.connections() == 2; }));
    EXPECT_EQ(test::send(*it.channel, leg_to(kCaller), "hello").outcome, Outcome::accepted);
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("hello"), Command::deliver_sm)), Status::ok);
    EXPECT_EQ(it.smsc.heard(Command::bind_transmitter).size(), 1U);
    EXPECT_EQ(it.smsc.heard(Command::bind_receiver).size(), 1U);
}

TEST(SmsIn, ALostConnectionIsMadeAgain)
{
    Receiving it;
    for (std::size_t binds = 1; binds < 4; ++binds)
    {
        it.smsc.hang_up();
        ASSERT_TRUE(Smsc::wait_until([&] { return it.bound() > binds; }));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_EQ(it.smsc.answer_to(it.smsc.deliver(from_phone("still here"))), Status::ok);
}

TEST(SmsIn, ConnectionsThatAreRefusedAreNotTriedInABusyLoop)
{
    Smsc smsc{[](SmscConnection& connection, const Pdu& pdu)
              { return connection.respond(pdu, Status::bind_failed); }};
    InboxDouble inbox;
    const auto channel = make_sms_channel(options_for(smsc), kNowClock).value();
    const Running running{*channel, inbox};
    std::this_thread::sleep_for(std::chrono::seconds{1});
    // 50, 100, 200, 400, 400 ms …
    EXPECT_GE(smsc.connections(), 2U);
    EXPECT_LE(smsc.connections(), 6U);
}

TEST(SmsIn, StopUnbindsInOrder)
{
    Receiving it;
    EXPECT_TRUE(it.running->stop());
    EXPECT_EQ(it.smsc.heard(Command::unbind).size(), 1U);
    EXPECT_EQ(it.smsc.connections(), 1U);
}

TEST(SmsIn, BothSidesAskWhetherTheOtherIsThere)
{
    Smsc smsc{[](SmscConnection& connection, const Pdu& pdu)
              {
                  if (pdu.is(Command::bind_transceiver))
                  {
                      connection.respond(pdu, Status::ok, encode_message_id("x"));
                      connection.send(Command::enquire_link, 0, 55);
                      return true;
                  }
                  return pdu.is(Command::enquire_link); // and never answers
              }};
    InboxDouble inbox;
    auto options = options_for(smsc);
    options.timing.enquire = options.timing.response = std::chrono::milliseconds{150};
    const auto channel = make_sms_channel(std::move(options), kNowClock).value();
    const Running running{*channel, inbox};
    const auto answered = [&]
    {
        const auto answers = smsc.heard(static_cast<Command>(0x80000015));
        return !answers.empty() && answers[0].sequence == 55;
    };
    EXPECT_TRUE(Smsc::wait_until(answered));
    EXPECT_TRUE(Smsc::wait_until([&] { return smsc.connections() >= 2; }))
        << "it is dead: another connection";
    EXPECT_FALSE(smsc.heard(Command::enquire_link).empty());
}

TEST(SmsIn, RunThatIsCancelledLeavesNoConnection)
{
    Smsc smsc;
    InboxDouble inbox;
    const auto channel = make_sms_channel(options_for(smsc), kNowClock).value();
    auto run = [](channel::Channel& a_channel, channel::Inbox& an_inbox) -> net::Task<Result<>>
    {
        co_await a_channel.run(an_inbox);
        co_return Result<>{};
    };
    auto cut = [&run](channel::Channel& a_channel, channel::Inbox& an_inbox) -> net::Task<Result<>>
    { return net::with_deadline(run(a_channel, an_inbox), net::Millis{300}); };
    EXPECT_EQ(net::run_blocking(cut(*channel, inbox)).error().code, Errc::net_timeout);
    EXPECT_TRUE(Smsc::wait_until([&] { return smsc.heard(Command::unbind).size() == 1; }));
}
} // namespace
} // namespace dmid::channels::sms
