// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door_address.hpp"
#include "channels/email/door_intake.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dmid::channels::email
{
namespace
{
/// Knows no name.
class EmptyDns final : public net::Dns
{
public:
    net::Task<net::DnsAnswer> look_up(std::string /*name*/, net::DnsType /*type*/,
                                      net::Deadline /*deadline*/) override
    {
        net::DnsAnswer answer;
        answer.status = net::DnsStatus::no_domain;
        co_return answer;
    }
};

class KeepingInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound message) override
    {
        letters.push_back(std::move(message));
        co_return yes();
    }
    net::Task<channel::Answer> answer(channel::OwnerWords what) override
    {
        words.push_back(std::move(what));
        co_return yes();
    }
    net::Task<channel::Answer> report(channel::Report what) override
    {
        reports.push_back(std::move(what));
        co_return yes();
    }
    static channel::Answer yes()
    {
        channel::Answer answer;
        answer.yes = channel::Yes::yes;
        return answer;
    }
    std::vector<channel::Inbound> letters;
    std::vector<channel::OwnerWords> words;
    std::vector<channel::Report> reports;
};

class MailIntakeTest : public ::testing::Test
{
protected:
    MailIntakeTest()
    {
        MailIntakeOptions options;
        options.domain = "node.test";
        options.dns = std::make_shared<EmptyDns>();
        options.organisation = [](std::string_view name) { return std::string{name}; };
        intake = std::make_unique<MailIntake>(inbox, clock, readers, std::move(options));
        readers.start();
    }
    ~MailIntakeTest() override
    {
        readers.stop();
        readers.join();
    }
    std::vector<channel::Answer> take(ArrivedMail mail, const std::string& content,
                                      std::initializer_list<const char*> to)
    {
        mail.message = spool->make().value();
        EXPECT_TRUE(mail.message->append(content));
        for (const auto* local : to)
        {
            SmtpPath path;
            path.local = local;
            path.domain = "node.test";
            mail.to.push_back(parse_recipient(path, "node.test").value());
        }
        mail.client_ip = "192.0.2.1";
        mail.source = "192.0.2.1";
        return net::run_blocking(taken(std::move(mail))).value();
    }
    net::Task<Result<std::vector<channel::Answer>>> taken(ArrivedMail mail)
    {
        co_return co_await intake->take(std::move(mail));
    }
    static ArrivedMail from(const std::string& local)
    {
        ArrivedMail mail;
        mail.from.local = local;
        mail.from.domain = local.empty() ? "" : "example.org";
        return mail;
    }

    net::testing::TemporaryDirectory folder;
    std::unique_ptr<SpoolFolder> spool = SpoolFolder::open(folder.file("spool"), 1U << 20U).value();
    KeepingInbox inbox;
    ManualClock clock{1'700'000'000};
    net::IoPool readers{1};
    std::unique_ptr<MailIntake> intake;
};

const std::string kMail = "From: Alice <alice@example.org>\r\nTo: 8312345678901210@node.test\r\n"
                          "Message-ID: <1@example.org>\r\nSubject: Hello\r\n\r\nHow are you?\r\n";

TEST_F(MailIntakeTest, HandsALetterToEachNumberWithNothingProvenThatIsNot)
{
    const auto answers = take(from("alice"), kMail, {"8312345678901210", "8312345678901210+000001"});
    ASSERT_EQ(answers.size(), 2U);
    ASSERT_EQ(inbox.letters.size(), 2U);
    const auto& letter = *inbox.letters[0].letter;
    EXPECT_EQ(inbox.letters[0].door, "email");
    EXPECT_EQ(inbox.letters[0].source, "192.0.2.1");
    EXPECT_EQ(letter.subject, "Hello");
    EXPECT_EQ(letter.text.substr(0, 12), "How are you?");
    EXPECT_EQ(letter.native_id, "1@example.org");
    EXPECT_TRUE(letter.from.empty());
    EXPECT_EQ(letter.classes, 0U);
    EXPECT_FALSE(letter.ext);
    EXPECT_EQ(inbox.letters[1].letter->ext->digits(), "000001");
    EXPECT_EQ(inbox.letters[1].letter->text, letter.text);
}

TEST_F(MailIntakeTest, AFilesBytesAreThereAfterTheDialogue)
{
    take(from("alice"),
         "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
         "boundary=b\r\n\r\n--b\r\n\r\n"
         "text\r\n--b\r\nContent-Type: application/x-test; name=a.bin\r\nContent-Disposition: attachment\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n",
         {"8312345678901210"});
    EXPECT_EQ(spool->used(), 0U);
    const auto& files = inbox.letters.at(0).letter->files;
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(as_text(files[0].read(0, 100).value()), "hello");
}

TEST_F(MailIntakeTest, AReplyWithoutSignatureProvesNothing)
{
    take(from("owner"), kMail, {"r-abcdefghijklmnopqrstuvwxya"});
    ASSERT_EQ(inbox.words.size(), 1U);
    EXPECT_EQ(inbox.words[0].token, "abcdefghijklmnopqrstuvwxya");
    EXPECT_EQ(inbox.words[0].proof, channel::OwnerWords::Proof::none);
    EXPECT_TRUE(inbox.words[0].address.empty());
}

TEST_F(MailIntakeTest, AReplyInAnOpenedSessionNamesItsAccount)
{
    auto mail = from("owner");
    mail.account = "account";
    take(std::move(mail), kMail, {"r-abcdefghijklmnopqrstuvwxya"});
    EXPECT_EQ(inbox.words.at(0).proof, channel::OwnerWords::Proof::session);
    EXPECT_EQ(inbox.words.at(0).account, "account");
}

TEST_F(MailIntakeTest, AReportIsReadAndAHolidayNoteTakenForNothing)
{
    const std::string bounce =
        "From: MAILER-DAEMON@mx.example.org\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; "
        "boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n";
    take(from(""), bounce, {"b-abcdefghijklmnopqrstuvwxya"});
    ASSERT_EQ(inbox.reports.size(), 1U);
    EXPECT_EQ(inbox.reports[0].fate, channel::Report::Fate::failed);
    EXPECT_TRUE(inbox.reports[0].address_gone);
    const auto answers = take(from("alice"), kMail, {"b-abcdefghijklmnopqrstuvwxya"});
    EXPECT_EQ(answers.at(0).yes, channel::Yes::yes);
    EXPECT_EQ(inbox.reports.size(), 1U);
}

TEST_F(MailIntakeTest, TakesMessagesWithoutHeaderOrBody)
{
    for (const char* content : {"", "\r\n", "\r\nonly a body\r\n", "Subject: only a header\r\n", "x"})
        EXPECT_EQ(take(from("alice"), content, {"8312345678901210"}).at(0).yes, channel::Yes::yes) << content;
}
} // namespace
} // namespace dmid::channels::email
