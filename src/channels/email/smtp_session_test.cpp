// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channels/email/smtp_session.hpp"
#include "channels/email/testing_session.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
using test::SessionDriver;
using test::smtp_options;

std::string codes(const std::string& text)
{
    return SessionDriver::codes(text);
}
const std::string kBegin = "EHLO client.test\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<8312@node.test>\r\n";

TEST(SmtpSession, GreetsAndOffersWhatItCan)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(driver.say("EHLO client.test\r\n"),
              "220 node.test ESMTP DMID\r\n250-node.test\r\n250-PIPELINING\r\n250-SIZE 37748736\r\n"
              "250-STARTTLS\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n");
}

TEST(SmtpSession, TakesAMessageAndTakesTheDotsOut)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say(kBegin + "DATA\r\n")), "220 250 250 250 354");
    EXPECT_EQ(codes(driver.say("Subject: x\r\n\r\n..dot\r\n...\r\n.\r\n")), "250");
    ASSERT_EQ(driver.mails.size(), 1U);
    EXPECT_EQ(driver.mails[0].content, "Subject: x\r\n\r\n.dot\r\n..\r\n");
    EXPECT_EQ(driver.mails[0].from, "a@example.org");
}

TEST(SmtpSession, IsTheSameInPiecesOfAnySize)
{
    const std::string dialogue = kBegin;
    const std::string content = "Subject: x\r\n\r\n..dot\r\n.. \r\n\r\n.\r\n";
    for (std::size_t piece = 1; piece < 40; ++piece)
    {
        SessionDriver driver{smtp_options()};
        driver.say(dialogue + "DATA\r\n", piece);
        driver.say(content + "QUIT\r\n", piece);
        ASSERT_EQ(codes(driver.said), "220 250 250 250 354 250 221") << piece;
        ASSERT_EQ(driver.mails.at(0).content, "Subject: x\r\n\r\n.dot\r\n. \r\n\r\n") << piece;
    }
}

/// Ends of messages that other servers see, or do not see (SEC Consult, December 2023, and variations).
TEST(SmtpSession, EndsAtEveryKnownSmugglingSequence)
{
    for (const std::string end : {"\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\r\n.\r\n",
                                  "\n\r.\r\n", "\r\n.\r\r\n", "\n\n.\r\n", "\r\n.\n\r\n"})
        for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::string::npos})
        {
            SessionDriver driver{smtp_options()};
            driver.say(kBegin + "DATA\r\n", piece);
            const auto said =
                driver.say("Subject: x\r\n\r\nx" + end +
                               "MAIL FROM:<b@example.org>\r\nRCPT TO:<8399@node.test>\r\nDATA\r\n"
                               "smuggled\r\n.\r\n",
                           piece);
            EXPECT_EQ(codes(said), "554") << testing::PrintToString(end) << piece;
            EXPECT_TRUE(driver.closed);
            EXPECT_TRUE(driver.mails.empty());
        }
}

TEST(SmtpSession, ANulBeforeTheDotIsNoEndAndNoMessage)
{
    using namespace std::string_literals;
    SessionDriver driver{smtp_options()};
    driver.say(kBegin + "DATA\r\n");
    EXPECT_EQ(driver.say("x\r\n\0.\r\nMAIL FROM:<b@c.example>\r\n"s), "");
    EXPECT_EQ(codes(driver.say(".\r\n")), "554");
    EXPECT_TRUE(driver.mails.empty());
    EXPECT_FALSE(driver.closed);
}

TEST(SmtpSession, EndsAtACommandWithABareLineEnd)
{
    for (const char* line : {"NOOP\n", "NO\rOP\r\n", "NOOP\r\r\n", "\n"})
    {
        SessionDriver driver{smtp_options()};
        EXPECT_EQ(codes(driver.say(line)), "220 500") << line;
        EXPECT_TRUE(driver.closed);
    }
}

TEST(SmtpSession, EndsAtALineOfMoreThanAThousandBytes)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say("NOOP " + std::string(993, 'x') + "\r\n")), "220 250");
    EXPECT_EQ(codes(driver.say("NOOP " + std::string(994, 'x') + "\r\n")), "500");
    EXPECT_TRUE(driver.closed);
}

TEST(SmtpSession, TakesOneRecipientATransaction)
{
    SessionDriver driver{smtp_options()};
    const auto said = driver.say(kBegin + "RCPT TO:<8312@node.test>\r\nRCPT TO:<8399@node.test>\r\n"
                                          "RCPT TO:<nobody@node.test>\r\nDATA\r\n");
    EXPECT_EQ(codes(said), "220 250 250 250 250 452 550 354");
    EXPECT_NE(said.find("452 4.5.3 "), std::string::npos);
    driver.say("x\r\n.\r\n");
    EXPECT_EQ(driver.mails.at(0).to.size(), 1U);
}

TEST(SmtpSession, LmtpAnswersForEachRecipient)
{
    auto options = smtp_options();
    options.lmtp = true;
    SessionDriver driver{options};
    driver.say("LHLO mx.test\r\nMAIL FROM:<>\r\nRCPT TO:<1@node.test>\r\nRCPT TO:<x@node.test>\r\n"
               "RCPT TO:<2@node.test>\r\nDATA\r\n");
    EXPECT_EQ(codes(driver.say("x\r\n.\r\n")), "250 250");
    EXPECT_EQ(driver.mails.at(0).to.size(), 2U);
    EXPECT_EQ(codes(driver.say("EHLO x\r\nHELO x\r\n")), "500 500");
}

TEST(SmtpSession, LmtpRefusesForEachRecipient)
{
    auto options = smtp_options();
    options.lmtp = true;
    SessionDriver driver{options};
    driver.say("LHLO mx.test\r\nMAIL FROM:<>\r\nRCPT TO:<1@node.test>\r\nRCPT TO:<2@node.test>\r\nDATA\r\n");
    EXPECT_EQ(codes(driver.say(std::string(1200, 'x') + "\r\n.\r\n")), "554 554");
    EXPECT_TRUE(driver.mails.empty());
}

TEST(SmtpSession, StopsTakingRecipientsAtTheLimit)
{
    auto options = smtp_options();
    options.lmtp = true;
    options.recipients = 3;
    SessionDriver driver{options};
    driver.say("LHLO mx.test\r\nMAIL FROM:<>\r\n");
    std::string all;
    for (int i = 0; i < 5; ++i)
        all += "RCPT TO:<" + std::to_string(i) + "@node.test>\r\n";
    EXPECT_EQ(codes(driver.say(all)), "250 250 250 452 452");
}

TEST(SmtpSession, TakesChunks)
{
    SessionDriver driver{smtp_options()};
    const auto said =
        driver.say(kBegin + "BDAT 12\r\nSubject: x\r\nBDAT 6\r\n\r\n.\r\n.BDAT 3 LAST\r\nx\r\nNOOP\r\n", 1);
    // The second chunk ends within a line that begins with a dot: nothing is taken out.
    EXPECT_EQ(codes(said), "220 250 250 250 250 250 250 250");
    EXPECT_EQ(driver.mails.at(0).content, "Subject: x\r\n\r\n.\r\n.x\r\n");
}

TEST(SmtpSession, ReadsTheBytesOfAChunkThatItRefuses)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say("EHLO c\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")), "220 250 503 250");
    EXPECT_EQ(codes(driver.say("MAIL FROM:<>\r\nRCPT TO:<1@n.test>\r\nBDAT 3\r\nx\r\nDATA\r\n")),
              "250 250 250 503");
    EXPECT_EQ(codes(driver.say("BDAT 0 LAST\r\n")), "250");
    EXPECT_EQ(driver.mails.size(), 1U);
}

TEST(SmtpSession, EndsAtAChunkThatIsTooLargeOrUnreadable)
{
    for (const char* chunk : {"BDAT 37748737 LAST\r\n", "BDAT 99999999999999999999\r\n", "BDAT\r\n",
                              "BDAT x\r\n", "BDAT -1\r\n", "BDAT 1 FIRST\r\n"})
    {
        SessionDriver driver{smtp_options()};
        driver.say(kBegin + chunk);
        EXPECT_TRUE(driver.closed) << chunk;
    }
}

TEST(SmtpSession, EndsAtABareLineEndInAChunk)
{
    for (const char* chunk : {"BDAT 4 LAST\r\nx\n\r\n", "BDAT 3 LAST\r\nxx\r"})
    {
        SessionDriver driver{smtp_options()};
        const auto said = driver.say(kBegin + chunk);
        EXPECT_EQ(codes(said), "220 250 250 250 554") << chunk;
        EXPECT_TRUE(driver.mails.empty());
    }
}

TEST(SmtpSession, RefusesBytesBehindData)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say(kBegin + "DATA\r\nx\r\n.\r\n")), "220 250 250 250 554");
    EXPECT_TRUE(driver.closed);
}

TEST(SmtpSession, RefusesBytesBehindStartTls)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say("EHLO c\r\nSTARTTLS\r\nMAIL FROM:<a@b.example>\r\n")), "220 250 554");
    EXPECT_TRUE(driver.closed);
    EXPECT_FALSE(driver.tls_started);
}

TEST(SmtpSession, ForgetsAllThatWasSaidBeforeTheHandshake)
{
    SessionDriver driver{smtp_options()};
    driver.say(kBegin);
    EXPECT_EQ(codes(driver.say("STARTTLS\r\n")), "220");
    EXPECT_TRUE(driver.tls_started);
    EXPECT_EQ(codes(driver.say("MAIL FROM:<a@b.example>\r\n")), "503");
    const auto offers = driver.say("EHLO c\r\n");
    EXPECT_EQ(offers.find("STARTTLS"), std::string::npos);
    EXPECT_NE(offers.find("AUTH PLAIN LOGIN"), std::string::npos);
    EXPECT_EQ(codes(driver.say("STARTTLS\r\n")), "503");
}

std::string plain(const std::string& user, const std::string& password)
{
    const auto message = std::string{'\0'} + user + '\0' + password;
    return to_base64(as_bytes(message));
}

TEST(SmtpSession, SignsInOverTlsOnly)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say("EHLO c\r\nAUTH PLAIN " + plain("user", "right") + "\r\n")), "220 250 538");
    driver.say("STARTTLS\r\n");
    EXPECT_EQ(codes(driver.say("EHLO c\r\nAUTH PLAIN " + plain("user", "right") + "\r\n")), "250 235");
    driver.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<1@n.test>\r\nDATA\r\n");
    driver.say("x\r\n.\r\n");
    EXPECT_EQ(driver.mails.at(0).account, "account");
}

TEST(SmtpSession, SignsInByBothMechanismsStepByStep)
{
    auto options = smtp_options();
    options.auth_in_clear = true;
    SessionDriver driver{options};
    EXPECT_EQ(codes(driver.say("EHLO c\r\nAUTH LOGIN\r\ndXNlcg==\r\ncmlnaHQ=\r\n")), "220 250 334 334 235");
    SessionDriver other{options};
    EXPECT_EQ(codes(other.say("EHLO c\r\nAUTH plain\r\n" + plain("user", "right") + "\r\nAUTH PLAIN x\r\n")),
              "220 250 334 235 503");
}

TEST(SmtpSession, EndsAfterThreeWrongPasswords)
{
    auto options = smtp_options();
    options.auth_in_clear = true;
    SessionDriver driver{options};
    const auto line = "AUTH PLAIN " + plain("user", "wrong") + "\r\n";
    EXPECT_EQ(codes(driver.say("EHLO c\r\n" + line + line + "AUTH PLAIN\r\n*\r\n" + line)),
              "220 250 535 535 334 501 535 421");
    EXPECT_TRUE(driver.closed);
}

TEST(SmtpSession, RefusesSizesBeyondTheLimit)
{
    SessionDriver driver{smtp_options()};
    driver.say("EHLO c\r\n");
    EXPECT_EQ(codes(driver.say("MAIL FROM:<a@b.example> SIZE=37748737\r\nMAIL FROM:<a@b.example> "
                               "SIZE=99999999999999999999\r\nMAIL FROM:<a@b.example> SIZE=37748736\r\n")),
              "552 552 250");
    auto options = smtp_options();
    options.content.message = 100;
    SessionDriver small{options};
    small.say(kBegin + "DATA\r\n");
    EXPECT_EQ(codes(small.say(std::string(80, 'x') + "\r\n" + std::string(80, 'x') + "\r\n.\r\n")), "552");
    EXPECT_FALSE(small.closed);
    small.say("MAIL FROM:<>\r\nRCPT TO:<1@n.test>\r\nDATA\r\n");
    std::string endless;
    for (int i = 0; i < 10; ++i)
        endless += std::string(80, 'x') + "\r\n";
    EXPECT_EQ(codes(small.say(endless)), "552");
    EXPECT_TRUE(small.closed);
}

TEST(SmtpSession, RefusesHeadersAndHopsBeyondTheLimit)
{
    const auto attempt = [](const std::string& content)
    {
        SessionDriver driver{smtp_options()};
        driver.say(kBegin + "DATA\r\n");
        return codes(driver.say(content + "\r\nx\r\n.\r\n", 7));
    };
    std::string fifty;
    for (int i = 0; i < 50; ++i)
        fifty += "ReceIved: from x\r\n";
    EXPECT_EQ(attempt(fifty), "250");
    EXPECT_EQ(attempt(fifty + "Received: from x\r\n"), "554");
    EXPECT_EQ(attempt("A: b\r\n\r\n" + fifty + fifty), "250");
    std::string large;
    while (large.size() < 65500)
        large += "X: " + std::string(95, 'x') + "\r\n";
    EXPECT_EQ(attempt(large.substr(0, 65500)), "250");
    EXPECT_EQ(attempt(large + large), "554");
    std::string many;
    for (int i = 0; i < 1001; ++i)
        many += "X:\r\n";
    EXPECT_EQ(attempt(many), "554");
}

TEST(SmtpSession, SaysTryLaterWhenThereIsNoRoom)
{
    SessionDriver driver{smtp_options()};
    driver.room = false;
    EXPECT_EQ(codes(driver.say(kBegin + "DATA\r\n")), "220 250 250 250 452");
    driver.room = true;
    driver.room_for = 5;
    EXPECT_EQ(codes(driver.say("MAIL FROM:<>\r\nRCPT TO:<1@n.test>\r\nDATA\r\n")), "250 250 354");
    EXPECT_EQ(codes(driver.say("a long line\r\n.\r\n")), "452");
    EXPECT_EQ(driver.drops, 1U);
    EXPECT_EQ(codes(driver.say("MAIL FROM:<>\r\nRCPT TO:<1@n.test>\r\nBDAT 8\r\n1234567\rBDAT 1 LAST\r\n\n")),
              "250 250 452 503");
}

TEST(SmtpSession, RefusesWhatItDoesNotDo)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(
        codes(driver.say("EHLO c\r\nVRFY a\r\nEXPN a\r\nTURN\r\nETRN a\r\nXFORWARD ADDR=1.2.3.4\r\nFOO\r\n"
                         "LHLO x\r\nRCPT TO:<1@n.test>\r\n")),
        "220 250 502 502 502 502 502 500 500 503");
    EXPECT_EQ(codes(driver.say("DATA x\r\n")), "501");
    EXPECT_EQ(codes(driver.say("DATA\r\n")), "503");
    EXPECT_EQ(codes(driver.say("MAIL FROM:<>\r\nDATA\r\n")), "250 554");
}

TEST(SmtpSession, EndsWithThoseWhoMakeNoSense)
{
    SessionDriver driver{smtp_options()};
    std::string noise;
    for (int i = 0; i < 30; ++i)
        noise += "FOO\r\n";
    driver.say(noise);
    EXPECT_TRUE(driver.closed);
    SessionDriver web{smtp_options()};
    EXPECT_EQ(codes(web.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), "220 421");
    SessionDriver idle{smtp_options()};
    std::string noops;
    for (int i = 0; i < 120; ++i)
        noops += "NOOP\r\n";
    idle.say(noops);
    EXPECT_TRUE(idle.closed);
}

TEST(SmtpSession, DropsAnUnfinishedMessageAtReset)
{
    SessionDriver driver{smtp_options()};
    EXPECT_EQ(codes(driver.say(kBegin + "BDAT 3\r\nx\r\nRSET\r\nDATA\r\n")), "220 250 250 250 250 250 503");
    EXPECT_EQ(driver.drops, 1U);
}

TEST(SmtpSession, BelievesTheServerInFrontAboutItsClient)
{
    auto options = smtp_options();
    options.lmtp = true;
    options.forwarded = true;
    SessionDriver driver{options};
    EXPECT_EQ(codes(driver.say("LHLO mx\r\nXFORWARD NAME=[UNAVAILABLE] ADDR=192.0.2.7 PROTO=ESMTP\r\n"
                               "XFORWARD HELO=mail.example.org\r\n")),
              "220 250 250 250");
    EXPECT_EQ(driver.session.forwarded_address(), "192.0.2.7");
    EXPECT_EQ(driver.session.hello(), "mail.example.org");
    EXPECT_EQ(codes(driver.say("XFORWARD ADDR=IPV6:2001:db8::1\r\nXFORWARD ADDR=evil\r\n")), "250 501");
    EXPECT_EQ(driver.session.forwarded_address(), "2001:db8::1");
}
} // namespace
} // namespace dmid::channels::email
