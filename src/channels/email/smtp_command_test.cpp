// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_address.hpp"
#include "channels/email/door_words.hpp"
#include "channels/email/smtp_command.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
std::string mail_of(std::string_view rest)
{
    const auto parsed = parse_mail(rest);
    return parsed ? parsed->from.text() + (parsed->utf8 ? " utf8" : "")
                  : std::to_string(parsed.error().code) + " " + parsed.error().status;
}
std::string rcpt_of(std::string_view rest, bool utf8 = false)
{
    const auto parsed = parse_rcpt(rest, utf8);
    return parsed ? parsed->text() : std::to_string(parsed.error().code) + " " + parsed.error().status;
}

TEST(SmtpCommand, ReadsSendersOfEveryForm)
{
    EXPECT_EQ(mail_of("FROM:<a@Example.ORG>"), "a@example.org");
    EXPECT_EQ(mail_of("from: <a@example.org>"), "a@example.org");
    EXPECT_EQ(mail_of("FROM:<>"), "");
    EXPECT_EQ(mail_of("FROM:<\"a > b@\\\"\"@example.org> SIZE=5"), "\"a > b@\\\"\"@example.org");
    EXPECT_EQ(mail_of("FROM:<@relay.example,@b.example:a@example.org>"), "a@example.org");
    EXPECT_EQ(mail_of("FROM:<a@[192.0.2.1]>"), "a@[192.0.2.1]");
    EXPECT_EQ(mail_of("FROM:<a@[IPv6:2001:db8::1]>"), "a@[ipv6:2001:db8::1]");
    EXPECT_EQ(mail_of("FROM:<\xC3\xBC@example.org> SMTPUTF8"), "\xC3\xBC@example.org utf8");
}

TEST(SmtpCommand, RefusesSendersThatAreNone)
{
    for (const char* rest : {"", "FROM", "FROM:", "FROM:a@b.example", "FROM:<a@b.example", "TO:<a@b.example>",
                             "FROM:<a@b.example>x", "FROM:<\"a@b.example>"})
        EXPECT_EQ(mail_of(rest), "501 5.5.4") << rest;
    for (const char* rest : {"FROM:<a>", "FROM:<@b.example>", "FROM:<a@>", "FROM:<a b@c.example>",
                             "FROM:<a@b c>", "FROM:<a@.b>", "FROM:<a@b.>", "FROM:<a,c@b.example>",
                             "FROM:<postmaster>", "FROM:<a@b@c.example>", "FROM:<a\x01@b.example>"})
        EXPECT_EQ(mail_of(rest), "501 5.1.7") << rest;
    EXPECT_EQ(mail_of("FROM:<" + std::string(65, 'a') + "@b.example>"), "501 5.1.7");
    EXPECT_EQ(mail_of("FROM:<a@" + std::string(256, 'b') + ">"), "501 5.1.7");
    EXPECT_EQ(mail_of("FROM:<\xC3\xBC@example.org>"), "553 5.6.7");
    EXPECT_EQ(mail_of("FROM:<\xFF@example.org> SMTPUTF8"), "501 5.1.7");
}

TEST(SmtpCommand, ChecksParameters)
{
    EXPECT_EQ(mail_of("FROM:<> SIZE=1 BODY=8BITMIME RET=HDRS ENVID=a+2Bb AUTH=<>"), "");
    for (const char* wrong : {"SIZE=", "SIZE=x", "SIZE=111111111111111111111", "BODY=BINARYMIME", "RET=ALL",
                              "ENVID=", "ENVID=+zz", "ENVID=+1"})
        EXPECT_EQ(mail_of(std::string{"FROM:<> "} + wrong), "501 5.5.4") << wrong;
    EXPECT_EQ(mail_of("FROM:<> FOO=1"), "555 5.5.4");
    EXPECT_EQ(mail_of("FROM:<> SMTPUTF8=1"), "555 5.5.4");
    EXPECT_EQ(rcpt_of("TO:<a@b.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;a+40b.example"), "a@b.example");
    EXPECT_EQ(rcpt_of("TO:<a@b.example> NOTIFY=NEVER,SUCCESS"), "501 5.5.4");
    EXPECT_EQ(rcpt_of("TO:<a@b.example> NOTIFY="), "501 5.5.4");
    EXPECT_EQ(rcpt_of("TO:<a@b.example> ORCPT=a"), "501 5.5.4");
    EXPECT_EQ(rcpt_of("TO:<a@b.example> SIZE=1"), "555 5.5.4");
}

TEST(SmtpCommand, RefusesRecipientsThatAreNone)
{
    EXPECT_EQ(rcpt_of("TO:<>"), "501 5.1.3");
    EXPECT_EQ(rcpt_of("TO:<PostMaster>"), "PostMaster");
    EXPECT_EQ(rcpt_of("TO:<\xC3\xBC@b.example>"), "553 5.6.7");
    EXPECT_EQ(rcpt_of("TO:<\xC3\xBC@b.example>", true), "\xC3\xBC@b.example");
}

std::string destination_of(const std::string& address)
{
    const auto path = parse_rcpt("TO:<" + address + ">", false);
    const auto parsed = parse_recipient(path.value(), "node.test");
    return parsed ? to_text(*parsed) : std::to_string(parsed.error().code) + " " + parsed.error().status;
}

TEST(DoorAddress, KnowsNumbersTailsAndTokens)
{
    EXPECT_EQ(destination_of("8312345678901210@node.test"), "8312345678901210");
    EXPECT_EQ(destination_of("8312-3456-7890-1210@NODE.test"), "8312345678901210");
    EXPECT_EQ(destination_of("8312.3456.7890.1210+000001@node.test"), "8312345678901210+000001");
    EXPECT_EQ(destination_of("R-ABCDEFGHIJKLMNOPQRSTUVWXYA@node.test"), "r-abcdefghijklmnopqrstuvwxya");
    EXPECT_EQ(destination_of("b-abcdefghijklmnopqrstuvwxya@node.test"), "b-abcdefghijklmnopqrstuvwxya");
}

TEST(DoorAddress, RelaysForNobody)
{
    for (const char* address :
         {"8312345678901210@example.org", "postmaster", "8312345678901210@sub.node.test",
          "8312345678901210%example.org@node.test.example"})
        EXPECT_EQ(destination_of(address), "550 5.7.1") << address;
}

TEST(DoorAddress, RefusesEverythingElse)
{
    for (const char* address :
         {"8312345678901211@node.test", "831234567890121@node.test", "alice@node.test",
          "8312345678901210+1@node.test", "8312345678901210+@node.test", "8312345678901210+1234567@node.test",
          "r-abc@node.test", "r-abcdefghijklmnopqrstuvwxy1@node.test", "\"8312345678901210\"@node.test",
          "+8312345678901210@node.test", "8312345678901210%example.org@node.test", "--@node.test"})
        EXPECT_EQ(destination_of(address), "550 5.1.1") << address;
}

TEST(DoorWords, SayWhatSufficesAndWhere)
{
    channel::Answer answer;
    answer.yes = channel::Yes::no;
    answer.code = Errc::policy_challenge;
    answer.reason = "bring 18 bits of work (NIP-13)";
    answer.work = 18;
    answer.accepts = model::mask_of(model::Class::dmarc);
    const auto said = words_of(answer, "https://node.test/n/8312345678901210").wire();
    EXPECT_EQ(said, "550-5.7.1 The recipient asks strangers for a proof\r\n550-5.7.1 What suffices: " +
                        std::string{model::words(model::Class::dmarc)} +
                        ", or a sealed message with 18 bits of work (Nostr, not by mail)\r\n"
                        "550-5.7.1 Mail proves its sender only where the domain of From signs it (DKIM)\r\n"
                        "550 5.7.1 See https://node.test/n/8312345678901210\r\n");
}

TEST(DoorWords, TellQuotaFromOtherReasonsToWait)
{
    channel::Answer answer;
    answer.code = Errc::gateway_quota;
    EXPECT_EQ(words_of(answer, {}).wire(), "452 4.3.1 No room at present; try later\r\n");
    answer.code = Errc::gateway_stopping;
    EXPECT_EQ(words_of(answer, {}).wire(), "451 4.7.1 Not now; try later\r\n");
    answer.yes = channel::Yes::no;
    answer.code = Errc::gateway_not_served;
    EXPECT_EQ(words_of(answer, "https://x/").wire(), "550 5.1.1 No such number here\r\n");
}

TEST(DoorWords, CannotBreakTheDialogue)
{
    channel::Answer answer;
    answer.yes = channel::Yes::no;
    answer.code = Errc::policy_rejected;
    answer.reason = "one\r\n250 two\xC3\xBC" + std::string(600, 'x');
    const auto wire = words_of(answer, {}).wire();
    EXPECT_EQ(wire.find('\n'), wire.size() - 1);
    EXPECT_LE(wire.size(), 512U);
}
} // namespace
} // namespace dmid::channels::email
