// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/plan.hpp"
#include "channels/signal/testing_daemon.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::signal::test
{
namespace
{
using channel::Amendment;
using channel::Outcome;

channel::Outgoing amending(Amendment::Kind kind, const std::string& text, std::vector<std::string> of)
{
    auto out = Wired::message(text);
    out.amends = Amendment{kind, std::move(of)};
    return out;
}
channel::File bytes_file(const std::string& name, std::size_t size)
{
    channel::File file;
    file.name = name;
    file.media_type = "image/png";
    file.size = size;
    file.read = [size](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    { return Bytes(std::min<std::size_t>(limit, size - static_cast<std::size_t>(offset)), 0x5a); };
    return file;
}
std::string http_answer(const std::string& body, const std::string& status = "200 OK")
{
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}
} // namespace

TEST(SignalSending, NamesAccountRecipientAndText)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    const auto attempt = setup.send(Wired::message("hello"));
    ASSERT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    const auto call = peer.calls("send").at(0);
    EXPECT_EQ(call.text("account"), kNode);
    EXPECT_EQ(call.text("message"), "8312 3456 7890 1210\n\nhello");
    EXPECT_EQ(call.params().field("recipient")->array()->at(0).text().value(), kAnn);
    ASSERT_EQ(attempt.known_as.size(), 1U);
    EXPECT_EQ(attempt.known_as[0].find_first_not_of("0123456789"), std::string::npos);
}

TEST(SignalSending, QuotesTheirMessagesAndOurs)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    auto message = Wired::message("yes");
    message.quotes = kAnn + ":77";
    setup.send(message);
    EXPECT_EQ(peer.calls("send").at(0).number("quoteTimestamp"), 77U);
    EXPECT_EQ(peer.calls("send").at(0).text("quoteAuthor"), kAnn);
    message.quotes = "78";
    setup.send(message);
    EXPECT_EQ(peer.calls("send").at(1).text("quoteAuthor"), kNode);
    message.quotes = "<mail@example>";
    setup.send(message);
    EXPECT_EQ(peer.calls("send").at(2).number("quoteTimestamp"), 0U);
}

TEST(SignalSending, SendsALongTextInPartsAndGoesOnWhereItEnded)
{
    std::atomic<int> sends{0};
    DaemonPeer peer{[&](const SeenCall& call)
                    { return ++sends == 2 ? failed_line(call, "RATE_LIMIT_FAILURE") : good_answer(call); }};
    Wired setup{peer.place()};
    const auto text = std::string(1800, 'a') + ' ' + std::string(1800, 'b') + ' ' + std::string(500, 'c');
    const auto first = setup.send(Wired::message(text));
    EXPECT_EQ(first.outcome, Outcome::deferred);
    EXPECT_EQ(first.known_as.size(), 1U);
    const auto second = setup.send(Wired::message(text));
    EXPECT_EQ(second.outcome, Outcome::accepted);
    EXPECT_EQ(second.known_as.size(), 3U);
    EXPECT_EQ(second.known_as[0], first.known_as[0]);
    const auto calls = peer.calls("send");
    ASSERT_EQ(calls.size(), 4U) << "the first part did not go twice";
    EXPECT_TRUE(calls[2].text("message").starts_with("[2/3]\n"));
}

TEST(SignalSending, CarriesFilesOfTwentyFiveMegabytes)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    auto message = Wired::message("see");
    message.files = {bytes_file("a.png", 24'000'000), bytes_file("b.png", 1'000'000)};
    ASSERT_EQ(setup.send(message, 60'000).outcome, Outcome::accepted);
    const auto call = peer.calls("send").at(0);
    const auto list = call.params().field("attachments")->array().value();
    ASSERT_EQ(list.size(), 2U);
    const auto uri = list[0].text(40U << 20U).value();
    const std::string front = "data:image/png;filename=a.png;base64,";
    ASSERT_TRUE(uri.starts_with(front));
    EXPECT_EQ(from_base64(std::string_view{uri}.substr(front.size()))->size(), 24'000'000U);
}

TEST(SignalSending, RefusesAFileThatIsNotWhatItsSizeSays)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    auto message = Wired::message("see");
    message.files = {bytes_file("a.png", 10)};
    message.files[0].size = 20;
    EXPECT_EQ(setup.send(message).outcome, Outcome::refused);
    EXPECT_EQ(peer.connections(), 0U);
}

TEST(SignalSending, EditsEveryPartAndTakesTheSurplusBack)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    auto attempt = setup.send(amending(Amendment::Kind::edited, "short", {"100", "200"}));
    ASSERT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(peer.calls("send").at(0).number("editTimestamp"), 100U);
    EXPECT_EQ(peer.calls("remoteDelete").at(0).number("targetTimestamp"), 200U);
    EXPECT_EQ(attempt.known_as, (std::vector<std::string>{"100", "200"}));
    attempt = setup.send(amending(Amendment::Kind::edited, std::string(3000, 'x'), {"100"}));
    EXPECT_EQ(attempt.known_as.size(), 2U) << "a part was added";
    EXPECT_EQ(peer.calls("send").at(2).number("editTimestamp"), 0U);
}

TEST(SignalSending, TakesBackOnlyWhatIsOurs)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    EXPECT_EQ(setup.send(amending(Amendment::Kind::taken_back, "", {"100", "200"})).outcome,
              Outcome::accepted);
    EXPECT_EQ(peer.calls("remoteDelete").size(), 2U);
    EXPECT_EQ(setup.send(amending(Amendment::Kind::taken_back, "", {kAnn + ":5"})).outcome, Outcome::refused);
    EXPECT_EQ(peer.calls("remoteDelete").size(), 2U);
}

TEST(SignalSending, ReactsToMessagesOfBoth)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    EXPECT_EQ(setup.send(amending(Amendment::Kind::reacted, "👍🏽", {kAnn + ":5"})).outcome,
              Outcome::accepted);
    EXPECT_EQ(setup.send(amending(Amendment::Kind::reacted, "", {"6"})).outcome, Outcome::accepted);
    const auto calls = peer.calls("sendReaction");
    EXPECT_EQ(calls.at(0).text("emoji"), "👍🏽");
    EXPECT_EQ(calls.at(0).text("targetAuthor"), kAnn);
    EXPECT_EQ(calls.at(0).number("targetTimestamp"), 5U);
    EXPECT_FALSE(calls.at(0).params().field("remove")->boolean().value());
    EXPECT_EQ(calls.at(1).text("targetAuthor"), kNode);
    EXPECT_TRUE(calls.at(1).params().field("remove")->boolean().value());
    EXPECT_EQ(setup.send(amending(Amendment::Kind::reacted, "+1", {kAnn + ":5"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("send").at(0).text("message"), "Reaction: +1") << "no emoji: said instead";
}

TEST(SignalSending, DefersWhereTheSafetyNumberChanged)
{
    DaemonPeer peer{[](const SeenCall& call) { return failed_line(call, "IDENTITY_FAILURE"); }};
    Wired setup{peer.place()};
    const auto attempt = setup.send(Wired::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    EXPECT_NE(attempt.detail.find("its safety number changed"), std::string::npos);
}

TEST(SignalSending, SaysInWordsThatACaptchaIsWanted)
{
    DaemonPeer peer{
        [](const SeenCall& call)
        {
            return error_line(
                call, -5, "slower",
                R"({"response":{"results":[{"type":"RATE_LIMIT_FAILURE","token":"t","retryAfterSeconds":60}]}})");
        }};
    Wired setup{peer.place()};
    const auto attempt = setup.send(Wired::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    ASSERT_TRUE(attempt.retry_at);
    EXPECT_GT(*attempt.retry_at, SystemClock{}.now_ms() + 50'000);
    EXPECT_NE(setup.channel().trouble().find("captcha"), std::string::npos);
}

TEST(SignalSending, SkipsWhatIsNotItsAnswer)
{
    DaemonPeer peer{[](const SeenCall& call)
                    {
                        std::string out;
                        for (int i = 0; i < 100; ++i)
                            out += R"({"jsonrpc":"2.0","method":"receive","params":{"envelope":{}}})"
                                   "\n"
                                   R"({"jsonrpc":"2.0","result":{"timestamp":1},"id":"another"})"
                                   "\n";
                        return out + sent_line(call, 42);
                    }};
    Wired setup{peer.place()};
    EXPECT_EQ(setup.send(Wired::message("hello")).known_as, std::vector<std::string>{"42"});
}

TEST(SignalSending, IsCertainOnlyBehindAWholeAnswer)
{
    const auto size = sent_line(SeenCall{{}, {}, "dmid-1"}, 42).size();
    for (std::size_t at = 1; at < size; ++at)
    {
        net::testing::ScriptedPeer closing{
            [at](const net::testing::RawSocket& socket)
            {
                const auto line = socket.read_until("\n");
                const auto id = line.find("dmid-");
                SeenCall call{{}, {}, line.substr(id, line.find('"', id) - id)};
                socket.send(sent_line(call, 42).substr(0, at));
            }};
        Wired cut_off{"tcp://" + closing.authority()};
        EXPECT_EQ(cut_off.send(Wired::message("hello")).outcome, Outcome::uncertain) << at;
    }
}

TEST(SignalSending, BoundsAnEndlessAnswer)
{
    net::testing::ScriptedPeer endless{[](const net::testing::RawSocket& socket)
                                       {
                                           socket.read_until("\n");
                                           const std::string much(1U << 20U, 'x');
                                           while (socket.send(much))
                                           {
                                           }
                                       }};
    Wired setup{"tcp://" + endless.authority()};
    const auto attempt = setup.send(Wired::message("hello"), 60'000);
    EXPECT_EQ(attempt.outcome, Outcome::uncertain);
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
}

TEST(SignalSending, SpeaksHttp)
{
    std::string head;
    net::testing::ScriptedPeer peer{[&head](const net::testing::RawSocket& socket)
                                    {
                                        head = socket.read_until("\r\n\r\n");
                                        const auto body = socket.read_until("}}");
                                        const auto id = body.find("dmid-");
                                        SeenCall call{{}, {}, body.substr(id, body.find('"', id) - id)};
                                        socket.send(http_answer(sent_line(call, 43)));
                                    }};
    Wired setup{"http://" + peer.authority() + "/signal/"};
    const auto attempt = setup.send(Wired::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"43"});
    EXPECT_TRUE(head.starts_with("POST /signal/api/v1/rpc HTTP/1.1\r\n"));
    EXPECT_NE(head.find("Content-Type: application/json\r\n"), std::string::npos);
}

TEST(SignalSending, TakesNoOtherHttpForAnAnswer)
{
    for (const auto& answer :
         {http_answer("", "404 Not Found"), http_answer("<html>"), std::string{"SSH-2.0\r\n"},
          http_answer(R"({"jsonrpc":"2.0","result":{"timestamp":1},"id":"x"})")})
    {
        net::testing::ScriptedPeer peer{[&answer](const net::testing::RawSocket& socket)
                                        {
                                            socket.read_until("}}");
                                            socket.send(answer);
                                        }};
        Wired setup{"http://" + peer.authority()};
        const auto attempt = setup.send(Wired::message("hello"));
        EXPECT_EQ(attempt.outcome, Outcome::uncertain) << answer;
        EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << answer;
    }
}

TEST(SignalSetup, WantsEncryptionOrThisMachine)
{
    const SystemClock clock;
    const net::testing::TemporaryDirectory folder;
    const auto made = [&](const std::string& place, bool plain = false, const std::string& account = kNode)
    {
        SignalOptions options;
        options.daemon = place;
        options.account = account;
        options.allow_plain = plain;
        options.spool_folder = folder.file("spool");
        return make_signal_channel(options, clock).has_value();
    };
    EXPECT_TRUE(made("unix:/run/signal-cli/socket"));
    EXPECT_TRUE(made("tcp://127.0.0.1:7583"));
    EXPECT_TRUE(made("http://localhost:8080"));
    EXPECT_TRUE(made("https://signal.example"));
    EXPECT_TRUE(made("tcp://10.0.0.7:7583", true));
    EXPECT_TRUE(made("unix:/s", false, kAnn));
    for (const std::string place :
         {"", "tcp://10.0.0.7:7583", "http://signal.example", "unix:relative", "ftp://x", "tcp://127.0.0.1",
          "ws://127.0.0.1:1", "http://127.0.0.1/?a=b"})
        EXPECT_FALSE(made(place)) << place;
    EXPECT_FALSE(made("unix:/s", false, "node"));
    EXPECT_FALSE(made("unix:" + std::string(200, '/')));
}

TEST(SignalSetup, FindsTheAddressOfANumberOnce)
{
    DaemonPeer peer{
        [](const SeenCall& call)
        {
            return result_line(
                call, call.params().field("recipient")->array()->at(0).text().value() == "+491512345678"
                          ? R"([{"recipient":"+491512345678","uuid":")" + kAnn + R"(","isRegistered":true}])"
                          : R"([{"recipient":"x","uuid":null,"isRegistered":false}])");
        }};
    Wired setup{peer.place()};
    const auto of = [&](const std::string& text)
    { return net::run_blocking(setup.channel().find_address(text, net::Millis{5'000})); };
    EXPECT_EQ(of("+49 151 2345678").value(), kAnn);
    EXPECT_EQ(of("+49 151 2345679").error().code, Errc::channel_refused);
    EXPECT_EQ(of(kAnn).value(), kAnn);
    EXPECT_EQ(of("ann").error().code, Errc::channel_address_invalid);
    EXPECT_EQ(peer.calls("getUserStatus").size(), 2U);
}
} // namespace dmid::channels::signal::test
