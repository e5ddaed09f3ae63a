// SPDX-License-Identifier: Apache-2.0
#include "channels/email/delivery_report.hpp"
#include "channels/email/testing_mail.hpp"

namespace dmid::channels::email
{
namespace
{
using channel::Report;

std::string status(std::string_view action, std::string_view code)
{
    return std::string{"Reporting-MTA: dns; mx.example\nArrival-Date: x\n\nFinal-Recipient: rfc822; "
                       "alice@mail.example\nAction: "}
        .append(action)
        .append("\nStatus: ")
        .append(code)
        .append("\nDiagnostic-Code: smtp; 550 <alice@mail.example>\n says no\n");
}

std::optional<Report> read(std::string_view text)
{
    const auto report = read_report(test::spooled(text), "token");
    EXPECT_TRUE(report);
    return report.value_or(std::nullopt);
}
} // namespace

TEST(DeliveryReport, ReadsEachAction)
{
    EXPECT_EQ(parse_delivery_status(status("failed", "5.1.1"))->fate, Report::Fate::failed);
    EXPECT_EQ(parse_delivery_status(status("Delayed", "4.4.1"))->fate, Report::Fate::delayed);
    EXPECT_EQ(parse_delivery_status(status("delivered", "2.0.0"))->fate, Report::Fate::delivered);
    for (const std::string_view action : {"relayed", "expanded", "unheard-of", ""})
        EXPECT_FALSE(parse_delivery_status(status(action, "2.0.0"))) << action;
    EXPECT_FALSE(parse_delivery_status(""));
}

TEST(DeliveryReport, KnowsAnAddressThatIsGoneFromOneThatRefuses)
{
    for (const std::string_view code : {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
        EXPECT_TRUE(parse_delivery_status(status("failed", code))->address_gone) << code;
    for (const std::string_view code :
         {"5.1.7", "5.1.8", "5.2.2", "5.7.1", "5.0.0", "4.1.1", "5.2.10", "", "5.1"})
        EXPECT_FALSE(parse_delivery_status(status("failed", code))->address_gone) << code;
    EXPECT_FALSE(parse_delivery_status(status("delivered", "5.1.1"))->address_gone);
}

TEST(DeliveryReport, MasksAddressesInTheDetail)
{
    const auto report = parse_delivery_status(status("failed", "5.1.1"));
    EXPECT_EQ(report->detail, "5.1.1 550 <(address)> says no");
    EXPECT_LE(parse_delivery_status("Action: failed\nDiagnostic-Code: smtp; " + std::string(5000, 'x'))
                  ->detail.size(),
              300U);
}

TEST(DeliveryReport, OfSeveralRecipientsTheBestFateCounts)
{
    EXPECT_EQ(parse_delivery_status(status("failed", "5.1.1") + "\n" + status("delivered", "2.0.0"))->fate,
              Report::Fate::delivered);
    EXPECT_FALSE(
        parse_delivery_status(status("failed", "5.1.1") + "\n" + status("failed", "5.7.1"))->address_gone);
}

TEST(DeliveryReport, IsFoundInAMultipartReport)
{
    const auto report =
        read("From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; "
             "report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n--b\n"
             "Content-Type: message/delivery-status\n\n" +
             status("failed", "5.1.1") + "\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n--b--\n");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->token, "token");
    EXPECT_TRUE(report->address_gone);
}

TEST(DeliveryReport, WordsOfServersWithoutReportsAreFailuresOfUnknownKind)
{
    // The shapes of qmail, exim and an old postfix.
    const std::string_view bounces[] = {
        "From: MAILER-DAEMON@q.example\nSubject: failure notice\n\nHi. This is the qmail-send program at "
        "q.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following "
        "addresses.\n<alice@mail.example>:\n"
        "550 5.1.1 no such user\n",
        "From: Mail Delivery System <Mailer-Daemon@e.example>\nAuto-Submitted: auto-replied\n"
        "Subject: Mail delivery failed: returning message to sender\n\nThis message was created "
        "automatically.\n"
        "  alice@mail.example\n    SMTP error from remote mail server after RCPT TO: 550 unknown\n",
        "From: postmaster@p.example\nSubject: Undeliverable: Hello\nContent-Type: text/html\n\n<p>550 5.1.1 "
        "gone</p>"};
    for (const auto bounce : bounces)
    {
        const auto report = read(bounce);
        ASSERT_TRUE(report) << bounce;
        EXPECT_EQ(report->fate, Report::Fate::failed);
        EXPECT_FALSE(report->address_gone);
        EXPECT_NE(report->detail.find("550"), std::string::npos) << report->detail;
        EXPECT_EQ(report->detail.find('@'), std::string::npos) << report->detail;
    }
    EXPECT_EQ(read("From: MAILER-DAEMON@x\nSubject: Warning: message delayed 24 hours\n\nYou do not need to "
                   "resend.\n")
                  ->fate,
              Report::Fate::delayed);
}

TEST(DeliveryReport, AnswersOfPeopleAndHolidaysSayNothing)
{
    EXPECT_FALSE(
        read("From: alice@mail.example\nSubject: Re: failure\n\nIt could not be delivered, he said.\n"));
    EXPECT_FALSE(read(
        "From: alice@mail.example\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nI am away.\n"));
    EXPECT_FALSE(read("From: postmaster@mail.example\nSubject: Hello\n\nJust a question.\n"));
    EXPECT_FALSE(read("From: alice@mail.example\nContent-Type: multipart/report; "
                      "report-type=disposition-notification; boundary=b\n\n--b\n\nRead: failure\n--b\n"
                      "Content-Type: message/disposition-notification\n\nDisposition: manual-action/x; "
                      "displayed\n--b--\n"));
    EXPECT_FALSE(read(""));
}
} // namespace dmid::channels::email
