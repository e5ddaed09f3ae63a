// SPDX-License-Identifier: Apache-2.0
// Several messages over one connection, and what servers do to that. What one message may meet is in
// email_channel_test.cpp.
#include "channels/email/smtp_client.hpp"
#include "channels/email/testing_smtp.hpp"
#include "net/io_pool.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

#include <future>

namespace dmid::channels::email
{
namespace
{
using channel::Attempt;
using channel::Outcome;
using test::Answers;
using test::SmtpPeer;

constexpr const char* kPipelining = "250-test\r\n250-PIPELINING\r\n250 8BITMIME\r\n";

SmtpServer server_at(std::uint16_t port)
{
    SmtpServer server;
    server.host = "127.0.0.1";
    server.port = port;
    server.tls = SmtpTls::none;
    server.hello = "dmid.example";
    return server;
}

SmtpMessage message(std::size_t i)
{
    SmtpMessage out;
    out.from = "b@dmid.example";
    out.to = "alice@mail.example";
    out.data = "Subject: " + std::to_string(i) + "\r\n\r\nhello\r\n";
    return out;
}

using Attempts = std::vector<Attempt>;
/// One message after the other.
net::Task<Result<Attempts>> one_by_one(SmtpClient& client, std::size_t count, net::Millis deadline)
{
    Attempts out;
    for (std::size_t i = 0; i < count; ++i)
    {
        out.push_back(co_await client.submit(message(i), net::deadline_in(deadline)));
        // What the server says unasked, or its end, is there by now.
        co_await net::sleep_for(net::Millis{20});
    }
    co_return out;
}

Attempts send(const SmtpPeer& peer, std::size_t count, net::Millis deadline = net::Millis{3000})
{
    SmtpClient client{server_at(peer.port()), net::Dialer{}};
    return net::run_blocking(one_by_one(client, count, deadline)).value();
}

Answers pipelining()
{
    Answers answers;
    answers.ehlo = kPipelining;
    return answers;
}

std::size_t count(const std::string& text, const std::string& what)
{
    std::size_t out = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++out;
    return out;
}

bool waits_for(const SmtpPeer& peer, const std::string& what)
{
    for (int i = 0; i < 200 && peer.transcript().find(what) == std::string::npos; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    return peer.transcript().find(what) != std::string::npos;
}

net::Task<> submitting(SmtpClient& client, std::size_t i, std::promise<Attempt>& done)
{
    done.set_value(co_await client.submit(message(i), net::deadline_in(net::Millis{3000})));
}

Attempt submit_on(net::IoPool& pool, SmtpClient& client, std::size_t i = 0)
{
    std::promise<Attempt> done;
    auto attempt = done.get_future();
    net::spawn(pool.executor(0), submitting(client, i, done));
    return attempt.get();
}
} // namespace

TEST(SmtpClient, CarriesSeveralMessagesOverOneConnection)
{
    for (const auto* ehlo : {kPipelining, "250 test\r\n"})
    {
        Answers answers;
        answers.ehlo = ehlo;
        const SmtpPeer peer{answers};
        for (const auto& attempt : send(peer, 3))
            EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
        EXPECT_EQ(peer.connections(), 1U);
        ASSERT_EQ(peer.messages().size(), 3U);
        EXPECT_EQ(peer.messages()[2], "Subject: 2\r\n\r\nhello\r\n.\r\n");
        EXPECT_EQ(count(peer.transcript(), "EHLO"), 1U);
    }
}

TEST(SmtpClient, SendsTheEnvelopeInOneGroupWhereThatIsOffered)
{
    auto answers = pipelining();
    answers.wants_group = true;
    const SmtpPeer peer{answers};
    for (const auto& attempt : send(peer, 2))
        EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(peer.messages().size(), 2U);
}

TEST(SmtpClient, WaitsForEachAnswerWhereGroupsAreNotOffered)
{
    Answers answers;
    answers.ehlo = "250 test\r\n";
    answers.mail = "451 4.3.0 later\r\n";
    const SmtpPeer peer{answers};
    EXPECT_EQ(send(peer, 1)[0].outcome, Outcome::deferred);
    EXPECT_NE(peer.transcript().find("MAIL FROM:<b@dmid.example>\r\nQUIT\r\n"), std::string::npos)
        << peer.transcript();
}

TEST(SmtpClient, ConnectsAnewWhereTheServerEndedBetweenTwoMessages)
{
    auto ends = pipelining();
    ends.cuts_after_dot = true;
    auto announces = ends;
    announces.dot += "421 4.4.2 timeout exceeded\r\n";
    auto cuts_at_mail = pipelining();
    cuts_at_mail.then = std::make_shared<Answers>(cuts_at_mail);
    cuts_at_mail.then->mail = "";
    auto says_421 = cuts_at_mail;
    says_421.then = std::make_shared<Answers>(pipelining());
    says_421.then->mail = "421 4.7.0 too many messages\r\n";
    auto at_data = cuts_at_mail;
    at_data.then = std::make_shared<Answers>(pipelining());
    at_data.then->data = "421 4.3.2 going down\r\n";
    auto in_lockstep = at_data;
    in_lockstep.ehlo = "250 test\r\n";
    in_lockstep.then = std::make_shared<Answers>(in_lockstep);
    in_lockstep.then->then = nullptr;
    in_lockstep.then->rcpt = "";
    int which = 0;
    for (const auto& answers : {ends, announces, cuts_at_mail, says_421, at_data, in_lockstep})
    {
        const SmtpPeer peer{answers};
        for (const auto& attempt : send(peer, 3))
            EXPECT_EQ(attempt.outcome, Outcome::accepted) << which << ' ' << attempt.detail;
        EXPECT_EQ(peer.connections(), 3U) << which;
        EXPECT_EQ(peer.messages().size(), 3U) << which << ": each once";
        ++which;
    }
}

TEST(SmtpClient, TriesANewConnectionOnce)
{
    auto first = pipelining();
    first.then = std::make_shared<Answers>(pipelining());
    first.then->mail = "421 4.7.0 busy\r\n";
    auto second = pipelining();
    second.mail = "421 4.7.0 still busy\r\n";
    const SmtpPeer peer{std::vector{first, second}};
    const auto attempts = send(peer, 2);
    EXPECT_EQ(attempts[0].outcome, Outcome::accepted);
    EXPECT_EQ(attempts[1].outcome, Outcome::deferred);
    EXPECT_EQ(attempts[1].detail, "421 4.7.0 still busy");
    EXPECT_EQ(peer.connections(), 2U);
}

TEST(SmtpClient, NeverSendsAgainWhatMayHaveArrived)
{
    for (const auto* dot : {"", "25", "garbage\r\n"})
    {
        auto answers = pipelining();
        answers.then = std::make_shared<Answers>(pipelining());
        answers.then->dot = dot;
        answers.then->cuts_after_dot = true;
        const SmtpPeer peer{answers};
        const auto attempts = send(peer, 2);
        EXPECT_EQ(attempts[0].outcome, Outcome::accepted);
        EXPECT_EQ(attempts[1].outcome, Outcome::uncertain) << dot;
        EXPECT_EQ(peer.connections(), 1U) << dot;
        EXPECT_EQ(peer.messages().size(), 2U) << dot;
    }
    // 421 to the dot is an answer: the server did not take it, and names no other connection.
    auto answers = pipelining();
    answers.then = std::make_shared<Answers>(pipelining());
    answers.then->dot = "421 4.3.2 going down\r\n";
    const SmtpPeer peer{answers};
    EXPECT_EQ(send(peer, 2)[1].outcome, Outcome::deferred);
    EXPECT_EQ(peer.messages().size(), 2U);
}

TEST(SmtpClient, EndsTheDataOfARefusedRecipientWithALoneDot)
{
    auto answers = pipelining();
    answers.rcpt = "550 5.1.1 <alice@mail.example> unknown\r\n";
    answers.dot = "554 5.5.1 no valid recipients\r\n";
    const SmtpPeer peer{std::vector{answers, pipelining()}};
    const auto attempts = send(peer, 2);
    EXPECT_EQ(attempts[0].outcome, Outcome::refused);
    EXPECT_EQ(attempts[0].detail, "550 5.1.1 <(address)> unknown");
    EXPECT_NE(peer.transcript().find("DATA\r\n.\r\nQUIT\r\n"), std::string::npos) << peer.transcript();
    // The next message goes its own way.
    EXPECT_EQ(attempts[1].outcome, Outcome::accepted);
    EXPECT_EQ(peer.connections(), 2U);
}

TEST(SmtpClient, SaysTheFirstRefusalOfAGroupAndSendsNothingIntoNonsense)
{
    auto both = pipelining();
    both.mail = "451 4.3.0 later\r\n";
    both.rcpt = both.data = "503 5.5.1 no\r\n";
    const SmtpPeer sound{both};
    EXPECT_EQ(send(sound, 1)[0].outcome, Outcome::deferred);
    EXPECT_NE(sound.transcript().find("DATA\r\nQUIT\r\n"), std::string::npos) << sound.transcript();
    // A sender refused, and yet the data wanted: a dot could bring somebody an empty message.
    auto nonsense = pipelining();
    nonsense.mail = "550 5.7.1 no\r\n";
    const SmtpPeer peer{nonsense};
    EXPECT_EQ(send(peer, 1)[0].outcome, Outcome::refused);
    EXPECT_TRUE(peer.transcript().ends_with("DATA\r\n")) << peer.transcript();
}

TEST(SmtpClient, KeepsTheDeadlineOfAServerThatStalls)
{
    for (auto Answers::*step : {&Answers::mail, &Answers::rcpt, &Answers::data})
    {
        auto answers = pipelining();
        // Not the first ones of a group: the answers behind them would end the silence.
        if (step != &Answers::data)
            answers.ehlo = "250 test\r\n";
        answers.then = std::make_shared<Answers>(answers);
        (*answers.then).*step = "25";
        const SmtpPeer peer{std::vector{answers, pipelining()}};
        const auto attempts = send(peer, 3, net::Millis{300});
        EXPECT_EQ(attempts[0].outcome, Outcome::accepted);
        EXPECT_EQ(attempts[1].outcome, Outcome::unreachable);
        EXPECT_EQ(attempts[1].code, Errc::channel_timeout);
        EXPECT_EQ(attempts[2].outcome, Outcome::accepted) << attempts[2].detail;
    }
}

TEST(SmtpClient, LeavesAConnectionThatSaysMoreThanItWasAsked)
{
    // An answer too many would pass for the next message's.
    auto answers = pipelining();
    answers.dot += "250 2.0.0 and another\r\n";
    const SmtpPeer peer{answers};
    for (const auto& attempt : send(peer, 2))
        EXPECT_EQ(attempt.outcome, Outcome::accepted);
    EXPECT_EQ(peer.connections(), 2U);
}

TEST(SmtpClient, ChangesTheConnectionAfterAHundredMessages)
{
    const SmtpPeer peer{pipelining()};
    SmtpClient client{server_at(peer.port()), net::Dialer{}};
    auto many = [](SmtpClient& a_client) -> net::Task<Result<std::size_t>>
    {
        std::size_t accepted = 0;
        for (std::size_t i = 0; i < 101; ++i)
        {
            const auto attempt = co_await a_client.submit(message(i), net::deadline_in(net::Millis{9000}));
            accepted += attempt.outcome == Outcome::accepted ? 1U : 0U;
        }
        co_return accepted;
    };
    EXPECT_EQ(net::run_blocking(many(client)), 101U);
    EXPECT_EQ(peer.connections(), 2U);
    EXPECT_EQ(count(peer.transcript(), "QUIT"), 1U);
}

TEST(SmtpClient, SaysQuitWhenNothingCameForAWhile)
{
    const SmtpPeer peer{pipelining()};
    SmtpClient client{server_at(peer.port()), net::Dialer{}, net::Millis{50}};
    net::IoPool pool{1};
    pool.start();
    for (int i = 1; i <= 2; ++i)
    {
        EXPECT_EQ(submit_on(pool, client).outcome, Outcome::accepted);
        EXPECT_TRUE(waits_for(peer, "QUIT\r\n"));
    }
    EXPECT_EQ(peer.messages().size(), 2U);
    pool.stop();
    pool.join();
}

TEST(SmtpClient, SaysQuitWhenItIsStoppedAndKeepsNothingAfterwards)
{
    const SmtpPeer peer{pipelining()};
    SmtpClient client{server_at(peer.port()), net::Dialer{}};
    net::IoPool pool{1};
    pool.start();
    EXPECT_EQ(submit_on(pool, client).outcome, Outcome::accepted);
    EXPECT_EQ(count(peer.transcript(), "QUIT"), 0U);
    client.stop();
    EXPECT_EQ(count(peer.transcript(), "QUIT"), 1U) << "said before stop() returned";
    EXPECT_EQ(submit_on(pool, client).outcome, Outcome::accepted);
    EXPECT_EQ(count(peer.transcript(), "QUIT"), 2U);
    EXPECT_EQ(peer.connections(), 2U);
    client.stop();
    pool.stop();
    pool.join();
}

TEST(SmtpClient, OutlivesTheContextsOfItsConnections)
{
    const SmtpPeer peer{pipelining()};
    SmtpClient client{server_at(peer.port()), net::Dialer{}};
    for (unsigned i = 1; i <= 3; ++i)
    {
        net::IoPool pool{1};
        pool.start();
        EXPECT_EQ(submit_on(pool, client).outcome, Outcome::accepted);
        pool.stop();
        pool.join();
        EXPECT_EQ(peer.connections(), i) << "a connection stays with its context";
    }
    client.stop();
}
} // namespace dmid::channels::email
