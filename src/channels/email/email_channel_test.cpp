// SPDX-License-Identifier: Apache-2.0
#include "channels/email/email_channel.hpp"
#include "channels/email/testing_smtp.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace dmid::channels::email
{
namespace
{
using channel::Attempt;
using channel::Outcome;
using net::testing::RawSocket;
using net::testing::ScriptedPeer;
using net::testing::TemporaryDirectory;
using test::Answers;
using test::SmtpPeer;

struct Options
{
    EmailOptions email;
    std::string to = "alice@mail.example";
    std::size_t text = 10;
    std::int64_t deadline_ms = 2000;
};

Attempt send_to(std::uint16_t port, Options options = {})
{
    const SystemClock clock;
    auto& email = options.email;
    email.host = email.host.empty() ? "127.0.0.1" : email.host;
    email.port = port;
    email.domain = "dmid.example";
    auto made = make_email_channel(email, clock);
    EXPECT_TRUE(made) << made.error().context;
    channel::Leg leg;
    leg.id.bytes.fill(7);
    leg.address = options.to;
    leg.deadline = clock.now_ms() + options.deadline_ms;
    channel::Outgoing message;
    message.sender = "somebody";
    message.text = ".dot\n" + std::string(options.text, 'x');
    auto run = [](channel::Channel& channel, channel::Leg a_leg,
                  channel::Outgoing words) -> net::Task<Result<Attempt>>
    { co_return co_await channel.send(std::move(a_leg), std::move(words)); };
    return *net::run_blocking(run(**made, std::move(leg), std::move(message)));
}

Options plain()
{
    Options options;
    options.email.tls = SmtpTls::none;
    return options;
}

Attempt with(Answers answers, Options options = plain())
{
    const SmtpPeer peer{std::move(answers)};
    return send_to(peer.port(), std::move(options));
}
} // namespace

TEST(EmailChannel, HandsOverOneMessage)
{
    SmtpPeer peer{Answers{}};
    const auto attempt = send_to(peer.port(), plain());
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.reached, channel::Confirms::accepted);
    EXPECT_EQ(attempt.remote_id, "250 2.0.0 queued as 42");
    EXPECT_NE(peer.transcript().find(
                  "EHLO dmid.example\r\nMAIL FROM:<b-a4dqobyha4dqobyha4dqobyha4@dmid.example> SIZE="),
              std::string::npos)
        << peer.transcript();
    EXPECT_NE(peer.transcript().find("RCPT TO:<alice@mail.example>\r\nDATA\r\n"), std::string::npos);
    EXPECT_NE(peer.transcript().find("\r\n..dot\r\n"), std::string::npos);
}

TEST(EmailChannel, TellsTheOutcomesApart)
{
    struct Case
    {
        std::string Answers::*step;
        const char* answer;
        Outcome outcome;
        Errc code;
    };
    const Case cases[] = {
        {&Answers::greeting, "554 no\r\n", Outcome::unreachable, Errc::channel_unreachable},
        {&Answers::greeting, "HTTP/1.1 400 Bad Request\r\n", Outcome::unreachable,
         Errc::channel_peer_protocol},
        {&Answers::ehlo, "502 what\r\n", Outcome::unreachable, Errc::channel_unreachable},
        {&Answers::mail, "451 4.3.0 later\r\n", Outcome::deferred, Errc::channel_deferred},
        {&Answers::mail, "421 closing\r\n", Outcome::deferred, Errc::channel_deferred},
        {&Answers::rcpt, "550 5.1.1 unknown\r\n", Outcome::refused, Errc::channel_refused},
        {&Answers::rcpt, "", Outcome::unreachable, Errc::channel_unreachable},
        {&Answers::data, "552 5.3.4 too big\r\n", Outcome::refused, Errc::channel_refused},
        {&Answers::data, "250 what\r\n", Outcome::unreachable, Errc::channel_peer_protocol},
        {&Answers::dot, "452 4.2.2 full\r\n", Outcome::deferred, Errc::channel_deferred},
        {&Answers::dot, "554 5.7.1 spam\r\n", Outcome::refused, Errc::channel_refused},
        {&Answers::dot, "", Outcome::uncertain, Errc::channel_unreachable},
        {&Answers::dot, "25", Outcome::uncertain, Errc::channel_timeout},
        {&Answers::dot, "garbage\r\n", Outcome::uncertain, Errc::channel_peer_protocol},
    };
    for (const auto& one : cases)
    {
        Answers answers;
        answers.*one.step = one.answer;
        auto options = plain();
        options.deadline_ms = 300;
        const auto attempt = with(answers, options);
        EXPECT_EQ(attempt.outcome, one.outcome) << one.answer << attempt.detail;
        EXPECT_EQ(name(attempt.code), name(one.code)) << one.answer << attempt.detail;
    }
}

TEST(EmailChannel, BoundAddressesDoNotTravelInErrors)
{
    Answers answers;
    answers.rcpt = "550 5.1.1 <alice@mail.example>: user unknown\r\n";
    const auto attempt = with(answers);
    EXPECT_EQ(attempt.detail, "550 5.1.1 <(address)>: user unknown");
}

TEST(EmailChannel, KeepsItsDeadlineAndNothingListeningIsUnreachable)
{
    const ScriptedPeer silent{[](const RawSocket& socket) { socket.read_until(""); }};
    auto options = plain();
    options.deadline_ms = 200;
    const auto began = std::chrono::steady_clock::now();
    const auto attempt = send_to(silent.port(), options);
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{1500});
    EXPECT_EQ(send_to(1, plain()).outcome, Outcome::unreachable);
}

TEST(EmailChannel, SaysSizeBeforeSending)
{
    auto options = plain();
    options.text = 120'000;
    const auto attempt = with({}, options);
    EXPECT_EQ(attempt.outcome, Outcome::refused);
    EXPECT_EQ(attempt.code, Errc::channel_too_large);
    options.text = 2U << 20U;
    EXPECT_EQ(send_to(1, options).code, Errc::channel_too_large);
}

TEST(EmailChannel, DemandsEncryptionUnlessToldOtherwise)
{
    // No STARTTLS on offer, or a refused one, or plain bytes ahead of the handshake: nothing is handed over.
    Options options;
    EXPECT_EQ(with({}, options).code, Errc::channel_tls_required);
    Answers offered;
    offered.ehlo = "250-test\r\n250 STARTTLS\r\n";
    offered.starttls = "454 not now\r\n";
    EXPECT_EQ(with(offered, options).code, Errc::channel_tls_required);
    offered.starttls = "220 go\r\n250 injected\r\n";
    EXPECT_EQ(with(offered, options).code, Errc::channel_peer_protocol);
    offered.starttls = "220 go\r\n";
    options.deadline_ms = 300;
    EXPECT_EQ(with(offered, options).outcome, Outcome::unreachable);
}

TEST(EmailChannel, Authenticates)
{
    TemporaryDirectory directory;
    std::ofstream{directory.file("password")} << "s3cret\n";
    std::filesystem::permissions(directory.file("password"), std::filesystem::perms{0600});
    auto options = plain();
    options.email.user = "node";
    options.email.password_file = directory.file("password");
    Answers answers;
    answers.ehlo = "250-test\r\n250 AUTH PLAIN LOGIN\r\n";
    SmtpPeer peer{answers};
    EXPECT_EQ(send_to(peer.port(), options).outcome, Outcome::accepted);
    EXPECT_NE(peer.transcript().find("AUTH PLAIN AG5vZGUAczNjcmV0\r\n"), std::string::npos);
    answers.auth = "535 5.7.8 bad credentials\r\n";
    EXPECT_EQ(with(answers, options).code, Errc::channel_auth_failed);
    EXPECT_EQ(with({}, options).code, Errc::channel_auth_failed);
    options.email.password_file = directory.file("absent");
    options.email.domain = "dmid.example";
    const SystemClock clock;
    EXPECT_EQ(make_email_channel(options.email, clock).error().code, Errc::config_unreadable);
    options.email.password_file = directory.file("password");
    std::filesystem::permissions(directory.file("password"), std::filesystem::perms{0640});
    EXPECT_EQ(make_email_channel(options.email, clock).error().code, Errc::key_permissions);
}

TEST(EmailChannel, Utf8AddressesNeedAServerThatTakesThem)
{
    auto options = plain();
    options.to = "j\xC3\xB6rg@mail.example";
    EXPECT_EQ(with({}, options).outcome, Outcome::refused);
    Answers answers;
    answers.ehlo = "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n";
    SmtpPeer peer{answers};
    EXPECT_EQ(send_to(peer.port(), options).outcome, Outcome::accepted);
    EXPECT_NE(peer.transcript().find("> BODY=8BITMIME SMTPUTF8\r\n"), std::string::npos);
}

TEST(EmailChannel, SaysWhatItIs)
{
    const SystemClock clock;
    EmailOptions options;
    options.tls = SmtpTls::none;
    options.domain = "dmid.example";
    const auto channel = make_email_channel(options, clock);
    ASSERT_TRUE(channel);
    EXPECT_EQ((*channel)->name(), "email");
    EXPECT_EQ((*channel)->traits().confirms, channel::Confirms::accepted);
    EXPECT_EQ(*(*channel)->parse_address("A@Mail.Example"), "A@mail.example");
    EXPECT_FALSE((*channel)->parse_address("A"));
}
} // namespace dmid::channels::email
