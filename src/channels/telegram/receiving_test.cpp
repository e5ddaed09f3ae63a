// SPDX-License-Identifier: Apache-2.0
// run() and on_request() before a server that answers as told.
#include "channels/telegram/testing_api.hpp"
#include "chat/testing_inbox.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::telegram
{
namespace
{
using namespace test;
using namespace chat::test;

std::string said_update(int id, const std::string& members = R"("text":"hello")")
{
    return R"({"update_id":)" + std::to_string(id) + R"(,"message":{"message_id":)" +
           std::to_string(id + 1000) +
           R"(,"date":5,"chat":{"id":42,"type":"private"},"from":{"id":42,"is_bot":false,"first_name":"Ann"},)" +
           members + "}}";
}

/// Serves what is waiting from the offset on, as the real server does: what lies before is gone.
class Waiting
{
public:
    explicit Waiting(std::vector<std::pair<int, std::string>> updates)
        : updates_{std::move(updates)}
    {
    }
    std::string operator()(const Seen& seen)
    {
        const std::lock_guard lock{mutex_};
        if (seen.method != "getUpdates")
            return seen.method == "sendMessage" ? api_message(7000) : api_ok("true");
        std::string page;
        std::erase_if(updates_, [&](const auto& one) { return one.first < seen.number("offset"); });
        for (const auto& [id, text] : updates_)
            page += (page.empty() ? "" : ",") + text;
        return api_ok("[" + page + "]");
    }
    std::size_t left() const
    {
        const std::lock_guard lock{mutex_};
        return updates_.size();
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<int, std::string>> updates_;
};

net::HttpRequest hook_request(const std::string& body, const std::string& secret = "hook-Secret_1")
{
    net::HttpRequest request;
    request.method = "POST";
    request.body = body;
    if (!secret.empty())
        request.headers.set("x-telegram-bot-api-secret-token", secret);
    return request;
}

unsigned status_of(TelegramChannel& channel, net::HttpRequest request)
{
    auto asking = [](TelegramChannel& a_channel, net::HttpRequest a_request) -> net::Task<Result<unsigned>>
    {
        const auto response = co_await a_channel.on_request(std::move(a_request));
        EXPECT_TRUE(response.body.empty());
        co_return response.status;
    };
    return net::run_blocking(asking(channel, std::move(request))).value();
}

const auto with_webhook = [](TelegramOptions& options)
{ options.webhook_url = "https://node.example/telegram"; };
} // namespace

TEST(TelegramPolling, ConfirmsWhatWasHeardAndNothingElse)
{
    Waiting waiting{{{10, said_update(10)}, {11, said_update(11)}}};
    ApiPeer peer{std::ref(waiting)};
    Bot bot{peer.url()};
    HearingInbox inbox;
    inbox.laters = 2;
    Running running{bot.channel(), inbox};
    ASSERT_TRUE(inbox.wait_for(4));
    EXPECT_TRUE(eventually([&] { return waiting.left() == 0; }));
    const auto lines = inbox.lines();
    EXPECT_EQ(lines[0].native_id, "1010");
    EXPECT_EQ(lines[1].native_id, "1010") << "it came again after `later`";
    EXPECT_EQ(lines[2].native_id, "1010");
    EXPECT_EQ(lines[3].native_id, "1011") << "and nothing overtook it";
    EXPECT_EQ(peer.seen().at(0).method, "deleteWebhook");
    EXPECT_TRUE(eventually([&] { return bot.channel().trouble().empty(); }));
    EXPECT_TRUE(running.stop());
}

TEST(TelegramPolling, ARefusalForGoodIsConfirmedToo)
{
    Waiting waiting{{{10, said_update(10)}, {11, R"({"update_id":11,"channel_post":{}})"}}};
    ApiPeer peer{std::ref(waiting)};
    Bot bot{peer.url()};
    HearingInbox inbox;
    inbox.verdict = channel::Yes::no;
    const Running running{bot.channel(), inbox};
    EXPECT_TRUE(eventually([&] { return waiting.left() == 0; }));
    EXPECT_EQ(inbox.lines().size(), 1U);
}

TEST(TelegramPolling, SaysTheNodesWordsOnceInAnswer)
{
    Waiting waiting{{{10, said_update(10)}}};
    ApiPeer peer{std::ref(waiting)};
    Bot bot{peer.url()};
    HearingInbox inbox;
    inbox.say = "Which number?";
    const Running running{bot.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return waiting.left() == 0; }));
    const auto calls = peer.calls("sendMessage");
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].text("text"), "Which number?");
    EXPECT_EQ(calls[0].json().field("reply_parameters")->field("message_id")->integer().value(), 1010);
}

TEST(TelegramPolling, SurvivesAConflictAndSaysSo)
{
    Waiting waiting{{{10, said_update(10)}}};
    std::atomic<int> conflicts{2};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method == "getUpdates" && conflicts-- > 0)
                         return api_error(409, "Conflict: terminated by other getUpdates request");
                     return waiting(seen);
                 }};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.backoff = net::Millis{50}; }};
    HearingInbox inbox;
    const Running running{bot.channel(), inbox};
    EXPECT_TRUE(eventually(
        [&] { return bot.channel().trouble() == "another program receives with this bot's token"; }));
    EXPECT_TRUE(inbox.wait_for(1));
    EXPECT_GE(peer.calls("deleteWebhook").size(), 2U) << "it may be a webhook that was set";
}

TEST(TelegramPolling, GarbageNeverShowsTheTokenAndEndsWhenTheServiceIsBack)
{
    Waiting waiting{{{10, said_update(10)}}};
    std::atomic<int> broken{3};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method != "getUpdates" || broken-- <= 0)
                         return waiting(seen);
                     return broken == 2   ? std::string{"\xff\xfe"}
                            : broken == 1 ? api_error(500, "/bot" + std::string{kToken} + "/getUpdates")
                                          : api_ok(R"([{"no":"id"}])");
                 }};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.backoff = net::Millis{30}; }};
    HearingInbox inbox;
    const Running running{bot.channel(), inbox};
    std::string trouble;
    EXPECT_TRUE(eventually(
        [&]
        {
            trouble += bot.channel().trouble();
            return inbox.lines().size() == 1;
        }));
    EXPECT_FALSE(trouble.empty());
    EXPECT_EQ(trouble.find(kToken), std::string::npos);
}

TEST(TelegramPolling, EndsSoonWhileTheServerWaits)
{
    std::atomic<bool> asked{false};
    std::atomic<bool> leave{false};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method != "getUpdates")
                         return api_ok("true");
                     asked = true;
                     eventually([&] { return leave.load(); });
                     return std::string{};
                 }};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.poll = net::Millis{60'000}; }};
    HearingInbox inbox;
    {
        Running running{bot.channel(), inbox};
        ASSERT_TRUE(eventually([&] { return asked.load(); }));
        EXPECT_TRUE(running.stop());
    }
    leave = true;
}

TEST(TelegramPolling, DoesNotFloodAServerThatDoesNotWait)
{
    Waiting waiting{{}};
    ApiPeer peer{std::ref(waiting)};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.backoff = net::Millis{1'000}; }};
    HearingInbox inbox;
    {
        const Running running{bot.channel(), inbox};
        std::this_thread::sleep_for(std::chrono::milliseconds{700});
    }
    EXPECT_LE(peer.calls("getUpdates").size(), 4U);
}

TEST(TelegramPolling, AsksABrokenServerLessAndLess)
{
    ApiPeer peer{[](const Seen& seen)
                 { return seen.method == "getUpdates" ? api_error(500, "Internal") : api_ok("true"); }};
    Bot bot{peer.url()};
    HearingInbox inbox;
    {
        const Running running{bot.channel(), inbox};
        std::this_thread::sleep_for(std::chrono::milliseconds{700});
    }
    // 10, 20, 40, … milliseconds apart.
    EXPECT_LE(peer.calls("getUpdates").size(), 7U);
    EXPECT_FALSE(bot.channel().trouble().empty());
}

TEST(TelegramFiles, AreFetchedFromTheServerBeforeTheLineIsHandedIn)
{
    Waiting waiting{
        {{10, said_update(10, R"("caption":"see","document":{"file_id":"F1","file_name":"a.bin"})")}}};
    const std::string bytes = std::string(600'000, 'z') + "end";
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method == "getFile")
                         return api_ok(R"({"file_id":"F1","file_path":"documents/file_1.bin"})");
                     if (seen.method == "documents/file_1.bin")
                         return http(200, bytes);
                     return waiting(seen);
                 }};
    Bot bot{peer.url()};
    HearingInbox inbox;
    const Running running{bot.channel(), inbox};
    ASSERT_TRUE(inbox.wait_for(1));
    const auto line = inbox.lines().at(0);
    ASSERT_EQ(line.files.size(), 1U);
    EXPECT_EQ(line.files[0].name, "a.bin");
    EXPECT_EQ(line.files[0].size, bytes.size());
    EXPECT_EQ(as_text(line.files[0].read(599'998, 100).value()), "zzend");
    EXPECT_EQ(peer.calls("getFile").at(0).text("file_id"), "F1");
    EXPECT_TRUE(line.lost.empty());
}

TEST(TelegramFiles, ThatCannotBeHadAreDeclared)
{
    struct Case
    {
        std::string document;
        std::string get_file;
        std::string bytes;
        std::string lost;
    };
    const std::string named = R"("document":{"file_id":"F","file_name":"a.bin"})";
    const auto found = api_ok(R"({"file_path":"d/f"})");
    const std::vector<Case> cases{
        {R"("document":{"file_id":"F","file_name":"a.bin","file_size":30000000})", "", "", "larger"},
        {named, api_error(400, "Bad Request: file is too big"), "", "larger"},
        {named, api_ok(R"({"file_path":"/var/lib/telegram-bot-api/x"})"), "", "could not be fetched"},
        {named, api_ok(R"({"file_path":"../../bot1:x/getMe"})"), "", "could not be fetched"},
        {named, found, http(404, ""), "no longer has"},
        {named, found, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\nx", "larger"},
        {named, found, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "could not be fetched"},
        {named, found, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
         "could not be fetched"},
        {named, found, "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), "could not be fetched"},
        {named, found, "garbage", "could not be fetched"},
    };
    for (const auto& one : cases)
    {
        Waiting waiting{{{10, said_update(10, one.document + R"(,"caption":"see")")}}};
        ApiPeer peer{[&](const Seen& seen)
                     {
                         if (seen.method == "getFile")
                             return one.get_file;
                         return seen.method == "d/f" ? one.bytes : waiting(seen);
                     }};
        Bot bot{peer.url()};
        HearingInbox inbox;
        const Running running{bot.channel(), inbox};
        ASSERT_TRUE(inbox.wait_for(1)) << one.lost;
        const auto line = inbox.lines().at(0);
        EXPECT_TRUE(line.files.empty());
        EXPECT_EQ(line.text, "see");
        EXPECT_NE(line.lost.find(one.lost), std::string::npos)
            << line.lost << " for " << one.bytes.substr(0, 60);
        EXPECT_EQ(line.lost.find(kToken), std::string::npos);
    }
}

TEST(TelegramFiles, AFullSpoolKeepsTheMessageWhereItIs)
{
    Waiting waiting{{{10, said_update(10, R"("document":{"file_id":"F"})")}}};
    ApiPeer peer{[&](const Seen& seen)
                 {
                     if (seen.method == "getFile")
                         return api_ok(R"({"file_path":"d/f"})");
                     return seen.method == "d/f" ? http(200, std::string(5'000, 'x')) : waiting(seen);
                 }};
    Bot bot{peer.url(), [](TelegramOptions& options) { options.spool_bytes = 1'000; }};
    HearingInbox inbox;
    const Running running{bot.channel(), inbox};
    EXPECT_TRUE(eventually([&] { return peer.calls("getFile").size() >= 2; }));
    EXPECT_TRUE(inbox.lines().empty());
    EXPECT_EQ(waiting.left(), 1U);
}

TEST(TelegramWebhook, RegistersItselfAndAnswersOnlyWhatIsDoneWith)
{
    ApiPeer peer{[](const Seen& seen)
                 { return seen.method == "sendMessage" ? api_message(1) : api_ok("true"); }};
    Bot bot{peer.url(), with_webhook};
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(1))), 503U) << "nobody runs";
    HearingInbox inbox;
    inbox.say = "Hello.";
    Running running{bot.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return status_of(bot.channel(), hook_request(said_update(1))) == 200; }));
    const auto hook = peer.calls("setWebhook").at(0);
    EXPECT_EQ(hook.text("url"), "https://node.example/telegram");
    EXPECT_EQ(hook.text("secret_token"), "hook-Secret_1");
    EXPECT_EQ(hook.number("max_connections"), 1);
    EXPECT_TRUE(peer.calls("getUpdates").empty());
    EXPECT_EQ(inbox.lines().at(0).text, "hello");
    EXPECT_EQ(peer.calls("sendMessage").at(0).text("text"), "Hello.");
    inbox.laters = 1;
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(2))), 503U);
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(2))), 200U);
    inbox.verdict = channel::Yes::no;
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(3))), 200U);
    EXPECT_EQ(status_of(bot.channel(), hook_request(R"({"update_id":4})")), 200U) << "none of ours";
    EXPECT_TRUE(running.stop());
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(5))), 503U);
}

TEST(TelegramWebhook, StrangersFindNothingThere)
{
    ApiPeer peer{[](const Seen&) { return api_ok("true"); }};
    Bot bot{peer.url(), with_webhook};
    HearingInbox inbox;
    const Running running{bot.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return status_of(bot.channel(), hook_request(said_update(1))) == 200; }));
    for (const std::string secret : {"", "hook-Secret_2", "hook-Secret_", "hook-Secret_1x"})
        EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(2), secret)), 404U) << secret;
    auto get = hook_request("");
    get.method = "GET";
    EXPECT_EQ(status_of(bot.channel(), get), 405U);
    EXPECT_EQ(status_of(bot.channel(), hook_request("{")), 400U);
    EXPECT_EQ(status_of(bot.channel(), hook_request(R"({"message":{}})")), 400U);
    EXPECT_EQ(status_of(bot.channel(), hook_request(std::string(2'100'000, ' '))), 413U);
    EXPECT_EQ(inbox.lines().size(), 1U);
}

TEST(TelegramWebhook, IsClosedWhereTheChannelPolls)
{
    ApiPeer peer{[](const Seen&) { return api_ok("[]"); }};
    Bot bot{peer.url()};
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(1))), 404U);
    EXPECT_EQ(status_of(bot.channel(), hook_request(said_update(1), "")), 404U) << "no secret is no secret";
}
} // namespace dmid::channels::telegram
