// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door.hpp"
#include "net/dialer.hpp"
#include "net/line_stream.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <dirent.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace dmid::channels::email
{
namespace
{
using net::testing::connect_raw;
using net::testing::RawSocket;

constexpr const char* kNumber = "8312345678901210";

class FakeInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound /*message*/) override { co_return channel::Answer{}; }
    net::Task<channel::Answer> expects(channel::Destination destination) override
    {
        channel::Answer answer;
        const bool known =
            destination.number.digits() == kNumber || destination.kind == channel::Destination::Kind::report;
        answer.yes = known ? channel::Yes::yes : channel::Yes::no;
        answer.code = Errc::gateway_not_served;
        co_return answer;
    }
    net::Task<Result<std::string>> sign_in(std::string user, std::string password,
                                           std::string /*source*/) override
    {
        if (user == "user" && password == "right")
            co_return std::string{"account"};
        co_return fail(Errc::crypto_signature_invalid);
    }
};

class FakeIntake final : public Intake
{
public:
    net::Task<std::vector<channel::Answer>> take(ArrivedMail mail) override
    {
        if (slow)
            co_await net::sleep_for(net::Millis{300});
        const std::lock_guard lock{mutex};
        const auto bytes = mail.message->read(0, 11U << 20U).value();
        texts.emplace_back(as_text(bytes));
        mails.push_back(mail);
        mails.back().message.reset();
        channel::Answer answer;
        answer.yes = verdict;
        answer.code = Errc::policy_rejected;
        answer.reason = "Not you.";
        co_return std::vector<channel::Answer>(mail.to.size(), answer);
    }
    std::string text(std::size_t i)
    {
        const std::lock_guard lock{mutex};
        return texts.at(i);
    }
    ArrivedMail mail(std::size_t i)
    {
        const std::lock_guard lock{mutex};
        return mails.at(i);
    }
    std::size_t count()
    {
        const std::lock_guard lock{mutex};
        return texts.size();
    }
    std::atomic<bool> slow{false};
    channel::Yes verdict = channel::Yes::yes;

private:
    std::mutex mutex;
    std::vector<std::string> texts;
    std::vector<ArrivedMail> mails;
};

std::size_t open_files()
{
    std::size_t count = 0;
    auto* folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr)
        ++count;
    ::closedir(folder);
    return count;
}

class SmtpDoorTest : public ::testing::Test
{
protected:
    void open(DoorOptions options = {}, std::uint64_t capacity = 64U << 20U)
    {
        spool = SpoolFolder::open(folder.file("spool"), capacity).value();
        options.domain = "node.test";
        options.url = "https://node.test";
        door = std::make_unique<SmtpDoor>(pool, inbox, intake, *spool, options);
        smtp = door->listen_smtp("127.0.0.1", 0).value();
        lmtp = door->listen_lmtp("127.0.0.1", 0).value();
        pool.start();
        // Each context makes its descriptors with its first connection.
        for (int i = 0; i < 2; ++i)
        {
            const RawSocket first{connect_raw(lmtp)};
            reply(first);
        }
        EXPECT_TRUE(soon([this] { return door->connections() == 0; }));
    }
    void TearDown() override
    {
        door.reset();
        pool.stop();
        pool.join();
    }
    /// Says each line and waits for the last line of each answer.
    static std::string talk(const RawSocket& socket, std::initializer_list<std::string> lines)
    {
        std::string said = reply(socket);
        for (const auto& line : lines)
        {
            socket.send(line + "\r\n");
            said = reply(socket);
        }
        return said;
    }
    static std::string reply(const RawSocket& socket)
    {
        for (;;)
        {
            auto line = socket.read_until("\r\n");
            if (line.size() < 4 || line[3] == ' ')
                return line;
        }
    }
    template <class Probe> static bool soon(Probe probe)
    {
        for (int i = 0; i < 1000; ++i)
        {
            if (probe())
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        return false;
    }
    const std::string mail = "MAIL FROM:<a@example.org>";
    const std::string rcpt = std::string{"RCPT TO:<"} + kNumber + "@node.test>";

    net::testing::TemporaryDirectory folder;
    FakeInbox inbox;
    FakeIntake intake;
    std::unique_ptr<SpoolFolder> spool;
    net::IoPool pool{2};
    std::unique_ptr<SmtpDoor> door;
    std::uint16_t smtp = 0;
    std::uint16_t lmtp = 0;
};

/// STARTTLS and EHLO, then silence; gives what the door says to that.
net::Task<Result<std::string>> wait_under_tls(std::uint16_t port, net::TlsContextPtr tls)
{
    const net::Dialer dialer;
    std::string host{"127.0.0.1"};
    DMID_CO_TRY(auto stream, co_await dialer.dial_host(host, port, net::Guard::configured,
                                                       net::deadline_in(net::Millis{10'000})));
    net::LineStream line{std::move(stream)};
    static constexpr std::array kWords{"", "EHLO c\r\n", "STARTTLS\r\n"};
    for (std::string word : kWords)
    {
        DMID_CO_TRY(co_await line.write(std::move(word)));
        for (std::string got = "-"; got.size() < 4 || got[3] == '-';)
        {
            DMID_CO_TRY(got, co_await line.read_line(1000));
        }
    }
    std::string name{"localhost"};
    DMID_CO_TRY(co_await line.start_tls_client(std::move(tls), name));
    co_return co_await line.read_line(1000);
}

TEST_F(SmtpDoorTest, TakesAMessageAndLeavesNothingBehind)
{
    open();
    const auto before = open_files();
    for (int i = 0; i < 10; ++i)
    {
        const RawSocket client{connect_raw(smtp)};
        EXPECT_EQ(talk(client, {"EHLO c", mail, rcpt, "DATA", "x\r\n."}), "250 2.0.0 Accepted\r\n");
    }
    EXPECT_EQ(intake.text(0), "x\r\n");
    EXPECT_EQ(intake.mail(0).source, "127.0.0.1");
    EXPECT_EQ(spool->used(), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(folder.file("spool")));
    EXPECT_TRUE(soon([&] { return door->connections() == 0 && open_files() <= before; }));
}

TEST_F(SmtpDoorTest, RefusesInTheDialogueWithReasonAndLink)
{
    open();
    intake.verdict = channel::Yes::no;
    const RawSocket client{connect_raw(smtp)};
    talk(client, {"EHLO c", mail, rcpt, "DATA"});
    client.send("x\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(client.read_until(""),
              "550-5.7.1 Not you.\r\n550 5.7.1 See https://node.test/n/8312345678901210\r\n"
              "221 2.0.0 Goodbye\r\n");
}

TEST_F(SmtpDoorTest, RefusesUnknownNumbersAndForeignDomains)
{
    open();
    const RawSocket client{connect_raw(smtp)};
    EXPECT_EQ(talk(client, {"EHLO c", mail, "RCPT TO:<8399000000000032@node.test>"}).substr(0, 9),
              "550 5.1.1");
    client.send("RCPT TO:<a@example.org>\r\n");
    EXPECT_EQ(reply(client).substr(0, 9), "550 5.7.1");
    client.send("DATA\r\n");
    EXPECT_EQ(reply(client).substr(0, 3), "554");
}

TEST_F(SmtpDoorTest, LmtpGivesEachRecipientItsAnswerAndBelievesWhoStandsInFront)
{
    open();
    const RawSocket client{connect_raw(lmtp)};
    talk(client, {"LHLO c", "XFORWARD ADDR=IPV6:2001:db8:1:2:3::9 HELO=mail.example.org", "MAIL FROM:<>",
                  rcpt, "RCPT TO:<b-abcdefghijklmnopqrstuvwxya@node.test>", rcpt, "DATA"});
    client.send("x\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(client.read_until(""), "250 2.0.0 Accepted\r\n250 2.0.0 Accepted\r\n250 2.0.0 Accepted\r\n"
                                     "221 2.0.0 Goodbye\r\n");
    EXPECT_EQ(intake.mail(0).to.size(), 2U);
    EXPECT_EQ(intake.mail(0).source, "2001:db8:1:2::/64");
    EXPECT_EQ(intake.mail(0).client_ip, "2001:db8:1:2:3::9");
    EXPECT_EQ(intake.mail(0).hello, "mail.example.org");
}

TEST_F(SmtpDoorTest, IsUnmovedByClientsThatEndAtEveryByte)
{
    open();
    const auto before = open_files();
    const std::string whole =
        "EHLO c\r\n" + mail + "\r\n" + rcpt + "\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n";
    for (std::size_t length = 0; length <= whole.size(); ++length)
    {
        const RawSocket client{connect_raw(smtp)};
        const auto data = whole.find("DATA\r\n") + 6;
        client.send(whole.substr(0, std::min(length, data)));
        if (length > data)
        {
            client.read_until("354 End with a dot on a line of its own\r\n");
            client.send(whole.substr(data, length - data));
        }
        if (length % 2 == 0)
            client.reset_on_close();
        if (length == whole.size())
            reply(client);
    }
    EXPECT_TRUE(soon([&] { return door->connections() == 0 && open_files() <= before; }));
    EXPECT_EQ(intake.count(), 1U);
    EXPECT_EQ(spool->used(), 0U);
}

TEST_F(SmtpDoorTest, TurnsConnectionsBeyondTheCapsAway)
{
    DoorOptions options;
    options.max_connections = 3;
    options.max_per_source = 2;
    open(options);
    const RawSocket one{connect_raw(smtp)};
    const RawSocket two{connect_raw(smtp)};
    reply(one);
    reply(two);
    const RawSocket three{connect_raw(smtp)};
    EXPECT_EQ(three.read_until(""), "421 4.3.2 Too many connections; try later\r\n");
    const RawSocket four{connect_raw(lmtp)};
    EXPECT_EQ(reply(four).substr(0, 3), "220");
    EXPECT_EQ(door->connections(), 3U);
}

// Among more sources than one address can be: tests/integration/crowd.test.mjs.
TEST_F(SmtpDoorTest, InAFullDoorTheSourceWithTheMostMakesRoom)
{
    DoorOptions options;
    options.max_connections = 2;
    options.max_per_source = 2;
    open(options);
    const RawSocket one{connect_raw(smtp)};
    const RawSocket two{connect_raw(smtp)};
    reply(one);
    reply(two);
    const RawSocket server{connect_raw(lmtp)};
    EXPECT_EQ(reply(server).substr(0, 3), "220");
    EXPECT_TRUE(soon([&] { return door->connections() == 2; }));
    const RawSocket another{connect_raw(lmtp)};
    EXPECT_EQ(reply(another).substr(0, 3), "421") << "who has one connection keeps it";
    EXPECT_EQ(door->connections(), 2U);
}

TEST_F(SmtpDoorTest, Says421BeforeItCutsTheSilent)
{
    DoorOptions options;
    options.command_timeout = net::Millis{200};
    options.block_timeout = net::Millis{300};
    open(options);
    const RawSocket silent{connect_raw(smtp)};
    reply(silent);
    EXPECT_EQ(silent.read_until(""), "421 4.4.2 Too slow; goodbye\r\n");
    const RawSocket lmtp_client{connect_raw(lmtp)};
    reply(lmtp_client);
    EXPECT_EQ(lmtp_client.read_until(""), "421 4.4.2 Too slow; goodbye\r\n");
    const RawSocket amid{connect_raw(smtp)};
    talk(amid, {"EHLO c", mail, rcpt, "DATA"});
    amid.send("Subject: half a mess");
    EXPECT_EQ(amid.read_until(""), "421 4.4.2 Too slow; goodbye\r\n");
    EXPECT_TRUE(soon([&] { return door->connections() == 0 && spool->used() == 0; }));
    EXPECT_EQ(intake.count(), 0U);
}

TEST_F(SmtpDoorTest, Says421UnderTlsToo)
{
    const net::testing::Certificate certificate{"localhost"};
    DoorOptions options;
    options.tls = net::make_tls_server(certificate.chain(), certificate.key()).value();
    options.command_timeout = net::Millis{300};
    open(options);
    const auto said =
        net::run_blocking(wait_under_tls(smtp, net::make_tls_client(certificate.chain()).value()));
    ASSERT_TRUE(said) << to_string(said.error());
    EXPECT_EQ(*said, "421 4.4.2 Too slow; goodbye");
}

TEST_F(SmtpDoorTest, CutsThoseWhoDripIntoACommand)
{
    DoorOptions options;
    options.command_timeout = net::Millis{200};
    open(options);
    const RawSocket client{connect_raw(smtp)};
    reply(client);
    // A byte now and then does not count as progress.
    EXPECT_TRUE(soon(
        [&]
        {
            client.send("x");
            return door->connections() == 0;
        }));
}

TEST_F(SmtpDoorTest, CutsThoseWhoDripIntoAMessage)
{
    DoorOptions options;
    options.message_timeout = net::Millis{300};
    open(options);
    const RawSocket client{connect_raw(smtp)};
    talk(client, {"EHLO c", mail, rcpt, "DATA"});
    EXPECT_TRUE(soon(
        [&]
        {
            client.send("x\r\n");
            return door->connections() == 0;
        }));
    EXPECT_EQ(spool->used(), 0U);
    EXPECT_EQ(intake.count(), 0U);
}

TEST_F(SmtpDoorTest, SaysTryLaterWhenTheSpoolIsFull)
{
    open({}, 1000);
    const RawSocket client{connect_raw(smtp)};
    talk(client, {"EHLO c", mail, rcpt, "DATA"});
    std::string large;
    for (int i = 0; i < 50; ++i)
        large += std::string(70, 'x') + "\r\n";
    client.send(large + ".\r\n");
    EXPECT_EQ(reply(client), "452 4.3.1 No room at present; try later\r\n");
    EXPECT_EQ(spool->used(), 0U);
    client.send(mail + "\r\n");
    EXPECT_EQ(reply(client).substr(0, 3), "250");
}

TEST_F(SmtpDoorTest, EndsAtGarbageInsteadOfAHandshake)
{
    const net::testing::Certificate certificate{"localhost"};
    DoorOptions options;
    options.tls = net::make_tls_server(certificate.chain(), certificate.key()).value();
    open(options);
    const RawSocket client{connect_raw(smtp)};
    talk(client, {"EHLO c", "STARTTLS"});
    client.send("MAIL FROM:<a@example.org>\r\n\x16\x03\x01garbage");
    client.read_until("");
    EXPECT_TRUE(soon([&] { return door->connections() == 0; }));
    // The other way round: a handshake where a command belongs.
    const RawSocket other{connect_raw(smtp)};
    other.send(std::string{"\x16\x03\x01\x00\xA5\x01\x00\x00\xA1\x03\x03\n", 12});
    EXPECT_NE(other.read_until("").find("500 5.5.2"), std::string::npos);
}

TEST_F(SmtpDoorTest, LetsAMessageUnderJudgementEndWhenItStops)
{
    open();
    intake.slow = true;
    const RawSocket idle{connect_raw(smtp)};
    reply(idle);
    const RawSocket client{connect_raw(smtp)};
    talk(client, {"EHLO c", mail, rcpt, "DATA"});
    client.send("x\r\n.\r\n");
    ASSERT_TRUE(soon([&] { return spool->used() > 0; }));
    door->stop();
    EXPECT_EQ(reply(client), "250 2.0.0 Accepted\r\n");
    EXPECT_EQ(reply(client).substr(0, 3), "421");
    EXPECT_EQ(idle.read_until("").substr(0, 3), "421");
}

TEST(SpoolFolder, RemovesWhatACrashLeftBehind)
{
    const net::testing::TemporaryDirectory folder;
    std::filesystem::create_directory(folder.file("spool"));
    std::ofstream{folder.file("spool/mail-abcdef")} << "left";
    std::ofstream{folder.file("spool/other")} << "not ours";
    const auto spool = SpoolFolder::open(folder.file("spool"), 1000);
    ASSERT_TRUE(spool);
    EXPECT_FALSE(std::filesystem::exists(folder.file("spool/mail-abcdef")));
    EXPECT_TRUE(std::filesystem::exists(folder.file("spool/other")));
    EXPECT_EQ(std::filesystem::status(folder.file("spool")).permissions(), std::filesystem::perms::owner_all);
}

TEST(SpoolFolder, CountsAllMessagesTogether)
{
    const net::testing::TemporaryDirectory folder;
    const auto spool = SpoolFolder::open(folder.file("spool"), 10).value();
    auto one = spool->make().value();
    EXPECT_TRUE(one->append("12345"));
    const auto two = spool->make().value();
    EXPECT_EQ(two->append("123456").error().code, Errc::store_full);
    EXPECT_TRUE(two->append("12345"));
    EXPECT_EQ(spool->make().error().code, Errc::store_full);
    one.reset();
    EXPECT_EQ(spool->used(), 5U);
    EXPECT_EQ(as_text(two->read(3, 100).value()), "45");
    EXPECT_TRUE(two->read(5, 100).value().empty());
}
} // namespace
} // namespace dmid::channels::email
