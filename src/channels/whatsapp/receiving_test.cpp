// SPDX-License-Identifier: Apache-2.0
// The webhook, as Meta calls it and as others try to.
#include "channels/whatsapp/testing_calls.hpp"
#include "chat/testing_inbox.hpp"
#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace dmid::channels::whatsapp
{
namespace
{
using namespace test;
using namespace chat::test;
using channel::ChatLine;
using channel::Report;
using channel::Yes;

const std::string kPicture = "\x89PNG of a cat";

/// A business before an API that has one file.
class Listening
{
public:
    Listening()
        : peer{[this](const Seen& seen) { return answer(seen); }}
        , business{peer.url(), [](WhatsAppOptions& options) { options.max_file_in = 1'000; }}
        , running_{business.channel(), inbox}
    {
        // run() takes its inbox on a thread of its own.
        EXPECT_TRUE(eventually([&] { return call(said_by_ann("first", text_content("x"), 5)) == 200; }));
    }
    unsigned call(const std::string& body) { return called_by_meta(business.channel(), body).status; }
    bool stop() { return running_.stop(); }

    std::string place = "/file";
    std::string hash = to_hex(crypto::sha256(as_bytes(kPicture)).view());
    std::string bytes = kPicture;
    HearingInbox inbox;
    ApiPeer peer;
    Business business;

private:
    std::string answer(const Seen& seen)
    {
        if (seen.path.starts_with("19?"))
            return http(200, R"({"messaging_product":"whatsapp","url":")" +
                                 (place.starts_with('/') ? peer.url() + place : place) +
                                 R"(","mime_type":"image/png","sha256":")" + hash + R"(","file_size":)" +
                                 std::to_string(bytes.size()) + R"(,"id":"19"})");
        if (seen.path == "/file")
            return http(200, bytes);
        return seen.path.ends_with("/messages") ? api_message("s") : http(200, R"({"id":"1"})");
    }
    Running running_;
};

std::string picture_of_ann(const std::string& id)
{
    return said_by_ann(id, R"("type":"image","image":{"id":"19","mime_type":"image/png","caption":"cat"})",
                       5);
}
std::string status_of(const std::string& id, const std::string& word, const std::string& more = {})
{
    return hook_of(R"("statuses":[{"id":"wamid.)" + id + R"(","status":")" + word +
                   R"(","timestamp":"3","recipient_id":"491701234567")" + more + "}]");
}
} // namespace

TEST(WhatsAppReceiving, TakesNothingWithoutMetasSignature)
{
    Listening node;
    auto& channel = node.business.channel();
    const auto body = said_by_ann("forged", text_content("send me all"), 5);
    EXPECT_EQ(called_by_meta(channel, body, "sha256=" + std::string(64, '0')).status, 403U);
    EXPECT_EQ(called_by_meta(channel, body, "x").status, 403U);
    EXPECT_EQ(called_by_meta(channel, std::string((3U << 20U) + 1, ' ')).status, 413U);
    EXPECT_EQ(node.call("{"), 400U);
    EXPECT_EQ(node.inbox.lines().size(), 1U);
    EXPECT_EQ(node.call(body), 200U);
    EXPECT_EQ(node.inbox.lines().size(), 2U);
}

TEST(WhatsAppReceiving, AnswersTheChallengeOfTheSetUp)
{
    Listening node;
    auto get = [](WhatsAppChannel& channel, std::string query) -> net::Task<Result<net::HttpResponse>>
    {
        net::HttpRequest request;
        request.query = std::move(query);
        co_return co_await channel.on_request(std::move(request));
    };
    const auto good = net::run_blocking(
        get(node.business.channel(), "hub.mode=subscribe&hub.verify_token=verify-Me_1&hub.challenge=42"));
    EXPECT_EQ(good->status, 200U);
    EXPECT_EQ(good->body, "42");
    const auto bad = net::run_blocking(
        get(node.business.channel(), "hub.mode=subscribe&hub.verify_token=guess&hub.challenge=42"));
    EXPECT_EQ(bad->status, 403U);
    EXPECT_EQ(bad->body, "");
}

TEST(WhatsAppReceiving, HandsInEveryMessageOfABatchOnce)
{
    Listening node;
    const auto one = [](const std::string& id) {
        return R"({"from":"491701234567","id":"wamid.)" + id + R"(","timestamp":"5",)" + text_content(id) +
               "}";
    };
    const auto body = hook_of(R"("messages":[)" + one("a") + "," + one("b") + "," + one("a") + "]");
    EXPECT_EQ(node.call(body), 200U);
    EXPECT_EQ(node.call(body), 200U) << "Meta repeats";
    const auto lines = node.inbox.lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[1].native_id, "wamid.a");
    EXPECT_EQ(lines[2].native_id, "wamid.b");
    EXPECT_EQ(lines[2].account, kAnn);
    EXPECT_EQ(lines[2].source, "whatsapp:" + std::string{kAnn});
}

TEST(WhatsAppReceiving, SaysLaterUntilTheNodeHasIt)
{
    Listening node;
    node.inbox.laters = 1;
    const auto one = [](const std::string& id) {
        return R"({"from":"491701234567","id":"wamid.)" + id + R"(","timestamp":"5",)" + text_content(id) +
               "}";
    };
    const auto body = hook_of(R"("messages":[)" + one("a") + "," + one("b") + "]");
    EXPECT_EQ(node.call(body), 503U);
    ASSERT_EQ(node.inbox.lines().size(), 2U) << "the second does not overtake the first";
    EXPECT_EQ(node.call(body), 200U);
    ASSERT_EQ(node.inbox.lines().size(), 4U);
    EXPECT_EQ(node.inbox.lines()[2].native_id, "wamid.a");
    node.inbox.verdict = Yes::no;
    EXPECT_EQ(node.call(said_by_ann("refused", text_content("x"), 5)), 200U) << "refused is done with";
}

TEST(WhatsAppReceiving, SaysTheNodesWordsOnceAsAnAnswer)
{
    Listening node;
    node.inbox.say = "Which number do you mean?";
    const auto body = said_by_ann("q", text_content("hello"), node.business.clock.now());
    EXPECT_EQ(node.call(body), 200U);
    EXPECT_EQ(node.call(body), 200U);
    const auto sent = node.peer.messages();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].text(), "Which number do you mean?");
    EXPECT_EQ(sent[0].at({"context", "message_id"}), "wamid.q");
    EXPECT_EQ(node.call(status_of("s", "delivered")), 200U);
    EXPECT_TRUE(node.inbox.reports().empty()) << "nobody waits for a report of the node's own words";
}

TEST(WhatsAppReceiving, FetchesFilesAndHoldsThemAgainstWhatWasPromised)
{
    Listening node;
    EXPECT_EQ(node.call(picture_of_ann("p")), 200U);
    const auto line = node.inbox.lines().back();
    EXPECT_EQ(line.text, "cat");
    ASSERT_EQ(line.files.size(), 1U) << line.lost;
    EXPECT_EQ(line.files[0].media_type, "image/png");
    EXPECT_EQ(as_text(line.files[0].read(0, 100).value()), kPicture);
    for (const auto& seen : node.peer.seen())
        EXPECT_NE(seen.head.find("Authorization: Bearer "), std::string::npos) << seen.path;
    node.bytes[3] = 'X';
    EXPECT_EQ(node.call(picture_of_ann("p2")), 200U);
    EXPECT_TRUE(node.inbox.lines().back().files.empty());
    EXPECT_FALSE(node.inbox.lines().back().lost.empty());
    node.bytes.assign(2'000, 'x');
    EXPECT_EQ(node.call(picture_of_ann("p3")), 200U);
    EXPECT_NE(node.inbox.lines().back().lost.find("larger"), std::string::npos);
}

TEST(WhatsAppReceiving, TheTokenGoesToMetasHostsAlone)
{
    Listening node;
    net::testing::ScriptedPeer thief{[](const net::testing::RawSocket& socket)
                                     { ADD_FAILURE() << socket.read_until("\r\n\r\n"); }};
    int count = 0;
    for (const std::string& place :
         {"http://" + thief.authority() + "/file", std::string{"https://evil.example/file"},
          std::string{"https://fbsbx.com.evil.example/x"}, std::string{"https://notfbsbx.com/x"},
          std::string{"http://lookaside.fbsbx.com/x"}, std::string{"file:///etc/passwd"},
          std::string{"https://u:p@lookaside.fbsbx.com/x"}})
    {
        node.place = place;
        EXPECT_EQ(node.call(picture_of_ann("t" + std::to_string(++count))), 200U);
        EXPECT_TRUE(node.inbox.lines().back().files.empty()) << place;
        EXPECT_FALSE(node.inbox.lines().back().lost.empty()) << place;
    }
}

TEST(WhatsAppReceiving, StatusesBecomeReports)
{
    Listening node;
    EXPECT_EQ(node.call(status_of("1", "sent")), 200U);
    EXPECT_TRUE(node.inbox.reports().empty()) << "no more than the answer said";
    EXPECT_EQ(node.call(status_of("1", "delivered")), 200U);
    EXPECT_EQ(node.call(status_of("1", "read")), 200U);
    EXPECT_EQ(node.call(status_of(
                  "2", "failed",
                  R"(,"errors":[{"code":131049,"title":"t","error_data":{"details":"for 491701234567"}}])")),
              200U);
    const auto reports = node.inbox.reports();
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_EQ(reports[0].fate, Report::Fate::delivered);
    EXPECT_EQ(reports[0].channel, "whatsapp");
    EXPECT_EQ(reports[0].account, kAnn);
    EXPECT_EQ(reports[0].known_as, "wamid.1");
    EXPECT_EQ(reports[1].fate, Report::Fate::read);
    EXPECT_EQ(reports[2].fate, Report::Fate::failed);
    EXPECT_NE(reports[2].detail.find("131049"), std::string::npos) << reports[2].detail;
    EXPECT_EQ(reports[2].detail.find("491701234567"), std::string::npos) << reports[2].detail;
}

TEST(WhatsAppReceiving, AStatusThatComesBeforeItsMessageIsKnownIsNotLost)
{
    Listening node;
    node.inbox.unknown_reports = 2;
    EXPECT_EQ(node.call(status_of("1", "delivered")), 200U);
    EXPECT_EQ(node.inbox.asked_reports().size(), 3U);
    // One that stays unknown by its id is told by the leg's token, which came back with it; then it is
    // dropped.
    node.inbox.unknown_reports = 100;
    EXPECT_EQ(
        node.call(status_of("9", "read", R"(,"biz_opaque_callback_data":"abcdefghijklmnopqrstuvwx23")")),
        200U);
    const auto reports = node.inbox.asked_reports();
    ASSERT_EQ(reports.size(), 7U);
    EXPECT_EQ(reports[5].token, "");
    EXPECT_EQ(reports[6].token, "abcdefghijklmnopqrstuvwx23");
    node.inbox.unknown = Yes::later;
    EXPECT_EQ(node.call(status_of("9", "read")), 503U) << "what could not be written down comes again";
}

TEST(WhatsAppReceiving, TellsOfNewHands)
{
    Listening node;
    EXPECT_EQ(
        node.call(hook_of(
            R"("messages":[{"from":"491701234567","id":"wamid.S","timestamp":"5","type":"system","system":{"wa_id":"12195555358","type":"user_changed_number"}}])")),
        200U);
    ASSERT_EQ(node.inbox.changes().size(), 1U);
    EXPECT_EQ(node.inbox.changes()[0].account, kAnn);
    const auto with_key = [](const std::string& id, const std::string& key)
    {
        return hook_of(R"("contacts":[{"wa_id":"491701234567","identity_key_hash":")" + key +
                       R"("}],"messages":[{"from":"491701234567","id":"wamid.)" + id +
                       R"(","timestamp":"5",)" + text_content("x") + "}]");
    };
    EXPECT_EQ(node.call(with_key("k1", "AAA=")), 200U);
    EXPECT_EQ(node.call(with_key("k2", "AAA=")), 200U);
    EXPECT_EQ(node.inbox.changes().size(), 1U);
    EXPECT_EQ(node.call(with_key("k3", "BBB=")), 200U);
    ASSERT_EQ(node.inbox.changes().size(), 2U);
    EXPECT_EQ(node.inbox.changes()[1].what, "its security code changed");
}

TEST(WhatsAppReceiving, SaysWhatIsWrongUntilMetaCalls)
{
    ApiPeer peer{[](const Seen&) { return http(200, R"({"id":"1"})"); }};
    Business business{peer.url()};
    auto& channel = business.channel();
    EXPECT_NE(channel.trouble().find("has not called"), std::string::npos);
    EXPECT_EQ(called_by_meta(channel, "{}", "sha256=" + std::string(64, '0')).status, 403U);
    EXPECT_NE(channel.trouble().find("app secret"), std::string::npos);
    EXPECT_EQ(called_by_meta(channel, said_by_ann("a", text_content("x"), 5)).status, 503U) << "nobody runs";
    EXPECT_EQ(channel.trouble(), "");
}

TEST(WhatsAppReceiving, StopsSoonAndNotBeforeWhatIsUnderWay)
{
    Listening node;
    EXPECT_TRUE(node.stop());
    EXPECT_EQ(node.call(said_by_ann("late", text_content("x"), 5)), 503U);
}
} // namespace dmid::channels::whatsapp
