// SPDX-License-Identifier: Apache-2.0
// send() before a server that answers as told.
#include "channels/telegram/testing_api.hpp"
#include "keys/files.hpp"
#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace dmid::channels::telegram
{
namespace
{
using namespace test;
using channel::Amendment;
using channel::Outcome;

channel::File file_of(const std::string& name, const std::string& type, const std::string& bytes)
{
    channel::File file;
    file.name = name;
    file.media_type = type;
    file.size = bytes.size();
    file.read = [bytes](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    { return to_bytes(as_bytes(std::string_view{bytes}.substr(static_cast<std::size_t>(offset), limit))); };
    return file;
}

channel::Outgoing change(Amendment::Kind kind, const std::string& text, std::vector<std::string> known_as)
{
    auto out = Bot::message(text);
    out.amends = Amendment{kind, std::move(known_as)};
    return out;
}

/// Sends once to a peer that plays this raw answer.
channel::Attempt send_before(const std::string& raw)
{
    ApiPeer peer{[&](const Seen&) { return raw; }};
    Bot bot{peer.url()};
    return bot.send(Bot::message("hello"));
}
} // namespace

TEST(TelegramSending, ReportsTheIdThatAnswersWillName)
{
    ApiPeer peer{[](const Seen&) { return api_message(77); }};
    Bot bot{peer.url()};
    auto message = Bot::message("hello");
    message.quotes = "12";
    const auto attempt = bot.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::accepted);
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"77"});
    const auto seen = peer.calls("sendMessage").at(0);
    EXPECT_EQ(seen.number("chat_id"), 42);
    EXPECT_EQ(seen.json().field("reply_parameters")->field("message_id")->integer().value(), 12);
    EXPECT_FALSE(seen.json().optional("parse_mode"));
}

TEST(TelegramSending, WaitsAsLongAsTheServiceAsks)
{
    ApiPeer peer{[](const Seen&) {
        return api_error(429, "Too Many Requests: retry after 33", R"(,"parameters":{"retry_after":33})");
    }};
    Bot bot{peer.url()};
    const auto now = SystemClock{}.now_ms();
    const auto attempt = bot.send(Bot::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    ASSERT_TRUE(attempt.retry_at);
    EXPECT_GE(*attempt.retry_at, now + 33'000);
    // The next message for this chat does not even ask.
    const auto next = bot.send(Bot::message("again"));
    EXPECT_EQ(next.outcome, Outcome::deferred);
    EXPECT_TRUE(next.retry_at);
    EXPECT_EQ(peer.seen().size(), 1U);
}

TEST(TelegramSending, SaysHowToOpenAClosedChat)
{
    for (const auto& answer : {api_error(403, "Forbidden: bot was blocked by the user"),
                               api_error(400, "Bad Request: chat not found")})
    {
        const auto attempt = send_before(answer);
        EXPECT_EQ(attempt.outcome, Outcome::refused);
        EXPECT_EQ(attempt.code, Errc::channel_refused);
        EXPECT_NE(attempt.detail.find("press Start"), std::string::npos) << attempt.detail;
    }
}

TEST(TelegramSending, AWrongTokenIsTheOwnersToMend)
{
    const auto attempt = send_before(api_error(401, "Unauthorized"));
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_auth_failed);
}

TEST(TelegramSending, AServerThatFailsIsAskedAgainLater)
{
    EXPECT_EQ(send_before(api_error(500, "Internal Server Error")).outcome, Outcome::deferred);
    EXPECT_EQ(send_before(http(502, "<html>")).outcome, Outcome::deferred);
}

TEST(TelegramSending, NeitherRedirectsNorStrangersPagesAreFollowed)
{
    ApiPeer peer{[](const Seen&)
                 {
                     return "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
                            "0\r\nConnection: close\r\n\r\n";
                 }};
    Bot bot{peer.url()};
    const auto attempt = bot.send(Bot::message("hello"));
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
    EXPECT_EQ(peer.seen().size(), 1U);
}

TEST(TelegramSending, AnAnswerThatEndsAnywhereIsUncertainUntilItIsWhole)
{
    const auto whole = api_message(5);
    std::atomic<std::size_t> size{0};
    ApiPeer peer{[&](const Seen&) { return whole.substr(0, size); }};
    Bot bot{peer.url()};
    for (; size < whole.size(); ++size)
    {
        const auto attempt = bot.send(Bot::message("hello"));
        ASSERT_EQ(attempt.outcome, Outcome::uncertain) << size << ' ' << attempt.detail;
        ASSERT_TRUE(attempt.known_as.empty());
    }
    EXPECT_EQ(bot.send(Bot::message("hello")).outcome, Outcome::accepted);
}

TEST(TelegramSending, GarbageAndEndlessAnswersAreFaultsOfTheProtocol)
{
    const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x');
    const std::string vast = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{";
    const std::string unbounded = "HTTP/1.1 200 OK\r\n\r\n" + std::string(9'000'000, ' ');
    for (const auto& raw :
         {std::string{"\x16\x03\x01 tls?"} + std::string(20, '\xff'), endless, vast, unbounded,
          http(200, "<html>login</html>"), http(200, R"({"ok":"yes"})"), http(204, "")})
    {
        const auto attempt = send_before(raw);
        EXPECT_EQ(attempt.outcome, Outcome::uncertain) << raw.substr(0, 60);
        EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << raw.substr(0, 60);
        EXPECT_EQ(attempt.detail.find(kToken), std::string::npos);
    }
}

TEST(TelegramSending, TheTokenStandsInThePathAndNowhereElse)
{
    ApiPeer peer{[](const Seen& seen)
                 {
                     EXPECT_EQ(seen.head.find(kToken), std::string_view{"POST /bot"}.size());
                     EXPECT_EQ(seen.body.find(kToken), std::string::npos);
                     return api_error(400, "Bad Request: /bot" + std::string{kToken} + "/sendMessage for 42");
                 }};
    Bot bot{peer.url()};
    const auto attempt = bot.send(Bot::message("hello"));
    EXPECT_EQ(attempt.detail, "Bad Request: /bot…/sendMessage for …");
}

TEST(TelegramSending, MessagesOfOneThreadShareAConnection)
{
    std::atomic<int> connections{0};
    const auto answer = [](const std::string& connection)
    {
        const std::string body = R"({"ok":true,"result":{"message_id":5}})";
        return "HTTP/1.1 200 OK\r\nConnection: " + connection +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    };
    net::testing::ScriptedPeer peer{[&](const net::testing::RawSocket& socket)
                                    {
                                        ++connections;
                                        while (!socket.read_until("}}").empty())
                                            socket.send(answer("keep-alive"));
                                    }};
    Bot bot{"http://" + peer.authority()};
    auto twice = [](TelegramChannel& channel, channel::Leg leg) -> net::Task<Result<int>>
    {
        int accepted = 0;
        for (int i = 0; i < 3; ++i)
        {
            auto message = Bot::message("hello");
            const auto attempt = co_await channel.send(leg, std::move(message));
            accepted += attempt.outcome == Outcome::accepted ? 1 : 0;
        }
        co_return accepted;
    };
    EXPECT_EQ(net::run_blocking(twice(bot.channel(), bot.leg())).value(), 3);
    EXPECT_EQ(connections, 1);
}

TEST(TelegramSending, ALongTextIsSentInPartsAndEachHasItsId)
{
    std::atomic<int> id{100};
    ApiPeer peer{[&](const Seen&) { return api_message(++id); }};
    Bot bot{peer.url()};
    const auto attempt = bot.send(Bot::message(std::string(9'000, 'x')));
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.known_as, (std::vector<std::string>{"101", "102", "103"}));
    const auto calls = peer.calls("sendMessage");
    EXPECT_TRUE(calls.at(0).text("text").starts_with("From 8345"));
    EXPECT_TRUE(calls.at(2).text("text").starts_with("[3/3]\n"));
}

TEST(TelegramSending, TheNextAttemptGoesOnWhereTheLastOneStopped)
{
    std::atomic<int> asked{0};
    ApiPeer peer{[&](const Seen&)
                 {
                     const int n = ++asked;
                     return n == 2 ? api_error(500, "Internal Server Error") : api_message(n);
                 }};
    Bot bot{peer.url()};
    const auto message = Bot::message(std::string(9'000, 'x'));
    const auto first = bot.send(message);
    EXPECT_EQ(first.outcome, Outcome::deferred);
    EXPECT_EQ(first.known_as, std::vector<std::string>{"1"});
    auto leg = bot.leg();
    leg.repeated = true;
    const auto second = bot.send(leg, message);
    EXPECT_EQ(second.outcome, Outcome::accepted);
    EXPECT_EQ(second.known_as, (std::vector<std::string>{"1", "3", "4"}));
    EXPECT_TRUE(peer.calls("sendMessage").at(2).text("text").starts_with("[2/3]\n(Sent again: "));
    EXPECT_FALSE(peer.calls("sendMessage").at(3).text("text").starts_with("[3/3]\n(Sent again"));
}

TEST(TelegramSending, MoreThanTheChatBearsIsDeferredToItsTurn)
{
    ApiPeer peer{[](const Seen&) { return api_message(1); }};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.pace_in_chat = net::Millis{60'000}; }};
    EXPECT_EQ(bot.send(Bot::message("one")).outcome, Outcome::accepted);
    const auto now = SystemClock{}.now_ms();
    const auto attempt = bot.send(Bot::message("two"));
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    ASSERT_TRUE(attempt.retry_at);
    EXPECT_GT(*attempt.retry_at, now + 50'000);
    EXPECT_EQ(peer.seen().size(), 1U);
}

TEST(TelegramSending, ADeadlineThatHasPassedHandsNothingOver)
{
    ApiPeer peer{[](const Seen&) { return api_message(1); }};
    Bot bot{peer.url()};
    const auto attempt = bot.send(Bot::message("late"), -5);
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_timeout);
    EXPECT_TRUE(peer.seen().empty());
}

TEST(TelegramSending, AFileGoesAsAFormWithItsBytes)
{
    ApiPeer peer{[](const Seen&) { return api_message(9); }};
    Bot bot{peer.url()};
    auto message = Bot::message("see");
    message.files = {file_of("ä.txt", "text/plain", std::string(700'000, 'b') + "\n--end--\r\n")};
    const auto attempt = bot.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    const auto seen = peer.calls("sendDocument").at(0);
    EXPECT_NE(seen.body.find("name=\"document\"; filename=\"ä.txt\"\r\nContent-Type: text/plain\r\n\r\nbbb"),
              std::string::npos);
    EXPECT_NE(seen.body.find("\n--end--\r\n\r\n--dmid"), std::string::npos);
    EXPECT_NE(seen.body.find("name=\"caption\"\r\n\r\nFrom 8345"), std::string::npos);
    EXPECT_EQ(peer.seen().size(), 1U);
}

TEST(TelegramSending, APictureThatIsNoneGoesAsADocumentAndARefusedFileIsNamed)
{
    std::atomic<bool> takes_documents{true};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method == "sendPhoto" || (seen.method == "sendDocument" && !takes_documents))
                         return api_error(400, "Bad Request: IMAGE_PROCESS_FAILED");
                     return api_message(9);
                 }};
    Bot bot{peer.url()};
    auto message = Bot::message("see");
    message.files = {file_of("a.png", "image/png", "no png")};
    EXPECT_EQ(bot.send(message).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("sendDocument").size(), 1U);
    takes_documents = false;
    EXPECT_EQ(bot.send(message).outcome, Outcome::accepted);
    EXPECT_TRUE(
        peer.calls("sendMessage").at(0).text("text").ends_with("see\n\n(A file was refused here: a.png)"));
}

TEST(TelegramSending, AFileThatCannotBeReadHandsNothingOver)
{
    ApiPeer peer{[](const Seen&) { return api_message(9); }};
    Bot bot{peer.url()};
    auto message = Bot::message("see");
    message.files = {file_of("a.txt", "text/plain", "text")};
    message.files[0].size = 400'000;
    const auto attempt = bot.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::store_io);
}

TEST(TelegramAmending, AnEditChangesEveryPart)
{
    ApiPeer peer{[](const Seen& seen)
                 {
                     if (seen.method == "editMessageText" && seen.number("message_id") == 1)
                         return api_error(400, "Bad Request: message is not modified: as before");
                     return api_message(50);
                 }};
    Bot bot{peer.url()};
    const auto more = bot.send(change(Amendment::Kind::edited, std::string(5'000, 'x'), {"1"}));
    EXPECT_EQ(more.outcome, Outcome::accepted) << more.detail;
    EXPECT_EQ(more.known_as, (std::vector<std::string>{"1", "50"})) << "one part more than before";
    const auto fewer = bot.send(change(Amendment::Kind::edited, "short", {"1", "2"}));
    EXPECT_EQ(fewer.outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("deleteMessage").at(0).number("message_id"), 2);
}

TEST(TelegramAmending, AnEditThatIsTriedAgainAddsNoPartTwice)
{
    std::atomic<int> edits{0};
    std::atomic<int> id{50};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method == "sendMessage")
                         return id == 51 ? api_error(500, "later") : api_message(++id);
                     ++edits;
                     return api_message(1);
                 }};
    Bot bot{peer.url()};
    const auto longer = change(Amendment::Kind::edited, std::string(9'000, 'x'), {"1"});
    EXPECT_EQ(bot.send(longer).outcome, Outcome::deferred);
    ++id;
    const auto again = bot.send(longer);
    EXPECT_EQ(again.outcome, Outcome::accepted) << again.detail;
    EXPECT_EQ(again.known_as, (std::vector<std::string>{"1", "51", "53"}));
    EXPECT_EQ(edits, 3);
}

TEST(TelegramAmending, AnEditOfAFilesTextChangesItsCaption)
{
    ApiPeer peer{[](const Seen& seen)
                 {
                     return seen.method == "editMessageText"
                                ? api_error(400, "Bad Request: there is no text in the message to edit")
                                : api_message(3);
                 }};
    Bot bot{peer.url()};
    EXPECT_EQ(bot.send(change(Amendment::Kind::edited, "new", {"3", "4"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("editMessageCaption").size(), 1U);
    EXPECT_TRUE(peer.calls("deleteMessage").empty()) << "a file stays";
    const auto longer = bot.send(change(Amendment::Kind::edited, std::string(2'000, 'x'), {"3"}));
    EXPECT_EQ(longer.outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("sendMessage").size(), 1U) << "too long for a caption";
}

TEST(TelegramAmending, WhatIsTooOldToBeDeletedIsUnsaid)
{
    ApiPeer peer{[](const Seen& seen)
                 {
                     if (seen.method != "deleteMessage")
                         return api_message(1);
                     return seen.number("message_id") == 1
                                ? api_error(400, "Bad Request: message can't be deleted for everyone")
                                : api_error(400, "Bad Request: message to delete not found");
                 }};
    Bot bot{peer.url()};
    EXPECT_EQ(bot.send(change(Amendment::Kind::taken_back, "", {"1", "2"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("editMessageText").at(0).text("text"), "This message was taken back.");
    EXPECT_EQ(peer.calls("editMessageText").size(), 1U);
}

TEST(TelegramAmending, AReactionThatBotsMayNotUseIsSaid)
{
    ApiPeer peer{[](const Seen&) { return api_message(5); }};
    Bot bot{peer.url()};
    EXPECT_EQ(bot.send(change(Amendment::Kind::reacted, "👍", {"7", "8"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("setMessageReaction").at(0).number("message_id"), 7);
    EXPECT_EQ(bot.send(change(Amendment::Kind::reacted, "🦖", {"7"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("sendMessage").at(0).text("text"), "Reaction: 🦖");
    EXPECT_EQ(bot.send(change(Amendment::Kind::reacted, "", {"7"})).outcome, Outcome::accepted);
    EXPECT_EQ(peer.calls("setMessageReaction").size(), 2U);
    EXPECT_EQ(bot.send(change(Amendment::Kind::reacted, std::string(200, 'x'), {"7"})).outcome,
              Outcome::refused);
}

TEST(TelegramAmending, AnIdOfAnotherPlatformIsRefused)
{
    ApiPeer peer{[](const Seen&) { return api_message(5); }};
    Bot bot{peer.url()};
    EXPECT_EQ(bot.send(change(Amendment::Kind::edited, "x", {"<a@b>", "u5"})).outcome, Outcome::refused);
    EXPECT_TRUE(peer.seen().empty());
}

TEST(TelegramSending, ByTlsTheServersCertificateMustBeGood)
{
    const net::testing::Certificate certificate{"IP:127.0.0.1"};
    const net::testing::Certificate other{"IP:127.0.0.1"};
    net::IoPool pool{1};
    net::HttpServerOptions serving;
    serving.tls = net::make_tls_server(certificate.chain(), certificate.key()).value();
    auto answer = [](net::HttpRequest /*request*/) -> net::Task<net::HttpResponse>
    {
        net::HttpResponse response;
        response.body = R"({"ok":true,"result":{"message_id":5}})";
        co_return response;
    };
    net::HttpServer server{pool, answer, {}, serving};
    const auto url = "https://127.0.0.1:" + std::to_string(server.listen_tcp("127.0.0.1", 0).value());
    pool.start();
    Bot good{url, [&](TelegramOptions& options) { options.ca_file = certificate.chain(); }};
    const auto attempt = good.send(Bot::message("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    Bot wary{url, [&](TelegramOptions& options) { options.ca_file = other.chain(); }};
    const auto refused = wary.send(Bot::message("hello"));
    EXPECT_EQ(refused.outcome, Outcome::unreachable);
    EXPECT_NE(refused.detail.find("certificate"), std::string::npos) << refused.detail;
    server.stop(net::Millis{0});
}

TEST(TelegramOptions, PlainHttpIsForLoopbackOrWhoAsksForIt)
{
    const net::testing::TemporaryDirectory directory;
    ASSERT_TRUE(keys::replace_private_file(directory.file("token"), kToken));
    const SystemClock clock;
    TelegramOptions options;
    options.token_file = directory.file("token");
    options.spool_folder = directory.file("spool");
    EXPECT_TRUE(make_telegram_channel(options, clock)) << "the service itself";
    options.api_url = "http://api.internal:8081";
    EXPECT_EQ(make_telegram_channel(options, clock).error().code, Errc::config_value);
    options.allow_plain = true;
    EXPECT_TRUE(make_telegram_channel(options, clock));
    options.webhook_url = "http://node.example/telegram";
    EXPECT_EQ(make_telegram_channel(options, clock).error().code, Errc::config_value);
    options.webhook_url = "https://node.example/telegram";
    EXPECT_FALSE(make_telegram_channel(options, clock)) << "a webhook needs a secret";
    model::Party party = model::PlatformAccount{"telegram", "42"};
    options.webhook_url.clear();
    const auto channel = make_telegram_channel(options, clock).value();
    EXPECT_EQ(channel->address_of(party), "42");
    party = model::PlatformAccount{"signal", "42"};
    EXPECT_FALSE(channel->address_of(party));
    party = model::PlatformAccount{"telegram", "@ann"};
    EXPECT_FALSE(channel->address_of(party));
}
} // namespace dmid::channels::telegram
