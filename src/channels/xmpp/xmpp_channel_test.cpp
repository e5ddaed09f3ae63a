// SPDX-License-Identifier: Apache-2.0
#include "channels/xmpp/testing_server.hpp"
#include "channels/xmpp/xmpp_channel.hpp"
#include "keys/files.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::xmpp
{
namespace
{
using channel::Outcome;
using net::testing::ScriptedPeer;
using test::ComponentPeer;
using test::echo;
using test::kServerOpens;
using test::Says;

net::testing::TemporaryDirectory& secrets_folder()
{
    static net::testing::TemporaryDirectory folder;
    return folder;
}

std::unique_ptr<channel::Channel> channel_to(std::uint16_t port, XmppOptions options = {})
{
    static const SystemClock clock;
    const auto file = secrets_folder().file("secret");
    (void)keys::replace_private_file(file, "s3cret\n");
    options.port = port;
    options.domain = "DMID.example";
    options.secret_file = file;
    return make_xmpp_channel(options, clock).value();
}

net::Task<Result<channel::Attempt>> sending_one(channel::Channel& channel, std::uint8_t id, UnixMillis limit,
                                                std::string text)
{
    channel::Leg leg;
    leg.id.bytes.fill(id);
    leg.address = "alice@mail.example";
    leg.deadline = SystemClock{}.now_ms() + limit;
    channel::Outgoing message;
    message.to_owner = false;
    message.number = "8312 3456 7890 1210";
    message.text = std::move(text);
    co_return co_await channel.send(std::move(leg), std::move(message));
}
channel::Attempt send_one(channel::Channel& channel, std::uint8_t id = 7, UnixMillis limit = 3000,
                          std::string text = "hello")
{
    return net::run_blocking(sending_one(channel, id, limit, std::move(text))).value();
}

/// A server that says exactly this, whatever comes, and ends when the channel does.
channel::Attempt attempt_at(const std::string& said, UnixMillis limit = 3000, bool ends = true)
{
    ScriptedPeer peer{[&](const net::testing::RawSocket& socket)
                      {
                          socket.send(said);
                          if (ends)
                              socket.end_writing();
                          socket.read_until("");
                      }};
    const auto channel = channel_to(peer.port());
    return send_one(*channel, 7, limit);
}
std::string stream_error(const std::string& condition)
{
    return "<stream:error><" + condition +
           " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
}
} // namespace

TEST(XmppChannel, ProvesItsSecretAsXep0114Says)
{
    // sha1sum of "3BF96D32s3cret" by another program.
    EXPECT_EQ(component_proof("3BF96D32", "s3cret"), "a984b871214a298f0f743fcd25f99b10838ba12b");
}

TEST(XmppChannel, SendsOverOneConnectionAndKeepsItForTheNext)
{
    ComponentPeer peer{[](const Element& stanza) { return Says{echo(stanza), false}; }};
    const auto channel = channel_to(peer.port());
    const auto first = send_one(*channel, 1);
    EXPECT_EQ(first.outcome, Outcome::accepted) << name(first.code) << first.detail;
    EXPECT_EQ(first.reached, channel::Confirms::accepted);
    ASSERT_EQ(first.known_as.size(), 1U);
    EXPECT_EQ(first.known_as[0], peer.came("message")[0].attribute("id"));
    EXPECT_EQ(send_one(*channel, 2).outcome, Outcome::accepted);
    EXPECT_EQ(peer.connections(), 1U);
    EXPECT_EQ(peer.proofs(), 1U);
}

TEST(XmppChannel, SendsManyAtOnceFromManyThreads)
{
    ComponentPeer peer{[](const Element& stanza) { return Says{echo(stanza), false}; }};
    const auto channel = channel_to(peer.port());
    std::vector<std::thread> senders;
    std::atomic<int> accepted{0};
    for (std::uint8_t i = 0; i < 8; ++i)
        senders.emplace_back([&, i]
                             { accepted += send_one(*channel, i).outcome == Outcome::accepted ? 1 : 0; });
    for (auto& sender : senders)
        sender.join();
    EXPECT_EQ(accepted, 8);
    EXPECT_EQ(peer.connections(), 1U);
}

TEST(XmppChannel, LeavesAConnectionThatNobodyNeeds)
{
    std::string rest;
    std::atomic<bool> over{false};
    ScriptedPeer peer{
        [&](const net::testing::RawSocket& socket)
        {
            socket.send(kServerOpens + "<handshake/>");
            const auto text = socket.read_until("</iq>");
            socket.send("<iq type='result' from='dmid.example' to='dmid.example' id='ping-1'/>");
            rest = socket.read_until("");
            over = true;
        }};
    const auto channel = channel_to(peer.port());
    EXPECT_EQ(send_one(*channel).outcome, Outcome::accepted);
    for (int i = 0; i < 500 && !over; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    EXPECT_EQ(rest, "</stream:stream>");
}

TEST(XmppChannel, SaysWhyAServerDoesNotTakeIt)
{
    const std::vector<std::pair<std::string, Errc>> kWhy{{"not-authorized", Errc::channel_auth_failed},
                                                         {"host-unknown", Errc::channel_refused},
                                                         {"conflict", Errc::channel_unreachable},
                                                         {"system-shutdown", Errc::channel_unreachable},
                                                         {"not-well-formed", Errc::channel_peer_protocol}};
    for (const auto& [condition, code] : kWhy)
    {
        const auto attempt = attempt_at(kServerOpens + stream_error(condition));
        EXPECT_EQ(attempt.outcome, Outcome::unreachable) << condition;
        EXPECT_EQ(attempt.code, code) << condition;
        EXPECT_EQ(attempt.detail, condition);
    }
}

TEST(XmppChannel, IsUncertainWhereTheServerStopsWithTheMessageInDoubt)
{
    ComponentPeer peer{[](const Element& stanza) {
        return stanza.name == "message" ? Says{stream_error("system-shutdown"), true} : Says{};
    }};
    const auto channel = channel_to(peer.port());
    const auto attempt = send_one(*channel);
    EXPECT_EQ(attempt.outcome, Outcome::uncertain);
    EXPECT_EQ(attempt.code, Errc::channel_unreachable);
    EXPECT_EQ(attempt.known_as.size(), 1U) << "a receipt may still come";
}

TEST(XmppChannel, GivesUpWhatIsTooLargeForTheServer)
{
    ComponentPeer peer{
        [](const Element& stanza)
        {
            const bool large = stanza.text_of("body", kComponentNs).size() > 5;
            return large ? Says{stream_error("policy-violation"), true} : Says{echo(stanza), false};
        }};
    const auto channel = channel_to(peer.port());
    EXPECT_EQ(send_one(*channel, 1, 3000, std::string(20'000, 'x')).outcome, Outcome::refused);
    EXPECT_EQ(send_one(*channel, 2, 3000, std::string(20, 'x')).outcome, Outcome::uncertain)
        << "not its size";
    EXPECT_EQ(send_one(*channel, 3).outcome, Outcome::accepted);
}

TEST(XmppChannel, IsLateAndNoMoreWhereTheServerStopsReading)
{
    std::atomic<bool> over{false};
    ScriptedPeer peer{[&](const net::testing::RawSocket& socket)
                      {
                          socket.read_until(">");
                          socket.send(kServerOpens + "<handshake/>");
                          while (!over)
                              std::this_thread::sleep_for(std::chrono::milliseconds{5});
                      }};
    const auto channel = channel_to(peer.port());
    std::vector<std::thread> senders;
    std::atomic<int> late{0};
    for (std::uint8_t i = 0; i < 8; ++i)
        senders.emplace_back(
            [&, i]
            { late += send_one(*channel, i, 400, std::string(60'000, '<')).code == Errc::channel_timeout; });
    for (auto& sender : senders)
        sender.join();
    EXPECT_EQ(late, 8);
    over = true;
}

TEST(XmppChannel, IsNeverAcceptedWhereTheServerEndsEarlyWhereverThatIs)
{
    const auto all = kServerOpens +
                     "<handshake/><iq type='get' from='dmid.example' to='dmid.example' id='ping-1'>"
                     "<ping xmlns='urn:xmpp:ping'/></iq>";
    for (std::size_t size = 0; size < all.size(); ++size)
    {
        const auto attempt = attempt_at(all.substr(0, size));
        EXPECT_TRUE(attempt.outcome == Outcome::unreachable || attempt.outcome == Outcome::uncertain) << size;
        EXPECT_NE(attempt.code, Errc::channel_timeout) << size;
    }
}

TEST(XmppChannel, EndsGarbageAndEndlessAnswers)
{
    for (const std::string& said :
         {std::string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, kServerOpens + "<handshake/>\xff",
          kServerOpens + "<handshake/><!-- -->", std::string{"<a xmlns='b'>"},
          kServerOpens + "<handshake/><message><body>" + std::string(6U << 20U, 'x'),
          "<stream:stream a='" + std::string(6U << 20U, 'x')})
        EXPECT_EQ(attempt_at(said, 20'000).code, Errc::channel_peer_protocol) << said.substr(0, 40);
}

TEST(XmppChannel, GivesUpOnAServerThatIsSilentBeforeTheHandshake)
{
    const auto attempt = attempt_at("", 200, false);
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_timeout);
}

TEST(XmppChannel, BelievesNobodyElsesAnswerToAPing)
{
    ComponentPeer peer{
        [](const Element& stanza)
        {
            if (stanza.name != "iq")
                return Says{};
            return Says{"<iq type='result' from='mallory@evil.example' to='dmid.example' id='" +
                            std::string{stanza.attribute("id")} + "'/>",
                        false};
        }};
    const auto channel = channel_to(peer.port());
    EXPECT_EQ(send_one(*channel, 7, 300).outcome, Outcome::uncertain);
}

TEST(XmppChannel, BelievesNobodyElsesBounce)
{
    ComponentPeer peer{
        [](const Element& stanza)
        {
            if (stanza.name == "iq")
                return Says{echo(stanza), false};
            return Says{
                "<message type='error' from='mallory@evil.example' to='8312345678901210@dmid.example' id='" +
                    std::string{stanza.attribute("id")} + "'><error type='cancel'/></message>",
                false};
        }};
    const auto channel = channel_to(peer.port());
    EXPECT_EQ(send_one(*channel).outcome, Outcome::accepted);
}

TEST(XmppChannel, DoesNotBeginWithoutADomainAndASecret)
{
    XmppOptions options;
    options.secret_file = secrets_folder().file("none");
    static const SystemClock clock;
    options.domain = "dmid.example";
    EXPECT_EQ(make_xmpp_channel(options, clock).error().code, Errc::config_unreadable);
    ASSERT_TRUE(keys::replace_private_file(secrets_folder().file("empty"), "\n"));
    options.secret_file = secrets_folder().file("empty");
    EXPECT_EQ(make_xmpp_channel(options, clock).error().code, Errc::config_value);
    options.domain = "a@b";
    EXPECT_EQ(make_xmpp_channel(options, clock).error().code, Errc::config_value);
}

TEST(XmppChannel, RefusesWhatNoServerWouldTakeBeforeItConnects)
{
    ComponentPeer peer{[](const Element&) { return Says{}; }};
    XmppOptions options;
    options.max_stanza = 100;
    const auto channel = channel_to(peer.port(), options);
    const auto attempt = send_one(*channel);
    EXPECT_EQ(attempt.outcome, Outcome::refused);
    EXPECT_EQ(attempt.code, Errc::channel_too_large);
    EXPECT_EQ(peer.connections(), 0U);
}
} // namespace dmid::channels::xmpp
