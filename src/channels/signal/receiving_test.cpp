// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/testing_daemon.hpp"
#include "chat/testing_inbox.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::signal::test
{
namespace
{
using namespace chat::test;
using channel::ChatLine;

std::string envelope(const std::string& rest, std::uint64_t timestamp = 77)
{
    return R"("envelope":{"sourceNumber":"+33123","sourceUuid":")" + kAnn +
           R"(","sourceName":"Ann","timestamp":)" + std::to_string(timestamp) + ',' + rest + '}';
}
std::string text_envelope(const std::string& text, std::uint64_t timestamp = 77)
{
    return envelope(R"("dataMessage":{"message":")" + text + R"("})", timestamp);
}
std::string identity(const char* fingerprint, const char* trust)
{
    return R"([{"uuid":")" + kAnn + R"(","fingerprint":")" + fingerprint + R"(","trustLevel":")" + trust +
           R"(","addedTimestamp":1}])";
}
/// Like good_answer(), but for one method.
DaemonPeer::Handler but(const std::string& method, std::function<std::string(const SeenCall&)> says)
{
    return [method, says = std::move(says)](const SeenCall& call)
    { return call.method == method ? says(call) : good_answer(call); };
}
} // namespace

TEST(SignalReceiving, HearsWhatTheDaemonBringsAndAnswersOnce)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    HearingInbox inbox;
    inbox.say = "To whom?";
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    ASSERT_TRUE(eventually([&] { return setup.channel().trouble().empty(); }));
    peer.bring(text_envelope("hello"));
    ASSERT_TRUE(inbox.wait_for(1));
    EXPECT_EQ(inbox.lines()[0].text, "hello");
    EXPECT_EQ(inbox.lines()[0].account, kAnn);
    ASSERT_TRUE(eventually([&] { return !peer.calls("send").empty(); }));
    EXPECT_EQ(peer.calls("send")[0].text("message"), "To whom?");
    EXPECT_EQ(peer.calls("send")[0].number("quoteTimestamp"), 77U);
    EXPECT_TRUE(running.stop());
    EXPECT_EQ(peer.calls("unsubscribeReceive").size(), 1U);
}

TEST(SignalReceiving, KeepsTheOrderAndWaitsWhileTheNodeCannot)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    HearingInbox inbox;
    inbox.laters = 3;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    peer.bring(text_envelope("first", 1));
    peer.bring(text_envelope("second", 2));
    ASSERT_TRUE(inbox.wait_for(5));
    const auto lines = inbox.lines();
    EXPECT_EQ(lines[3].text, "first");
    EXPECT_EQ(lines[4].text, "second");
}

TEST(SignalReceiving, LooksOnlyAtItsOwnSubscriptionAndAccount)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    peer.push(R"({"jsonrpc":"2.0","method":"receive","params":{)" + text_envelope("unasked", 1) + "}}\n");
    peer.push(R"({"jsonrpc":"2.0","method":"receive","params":{"subscription":9,"result":{)" +
              text_envelope("of another", 2) + "}}}\n");
    peer.bring(text_envelope("to another account", 3), "+4999");
    peer.push("garbage\n{}\n[1]\n");
    peer.bring(text_envelope("ours", 4));
    ASSERT_TRUE(inbox.wait_for(1));
    EXPECT_EQ(inbox.lines()[0].text, "ours");
}

TEST(SignalReceiving, TakesWhatComesUnaskedWhereThereAreNoSubscriptions)
{
    DaemonPeer peer{but("subscribeReceive",
                        [](const SeenCall& call)
                        {
                            return R"({"jsonrpc":"2.0","method":"receive","params":{)" +
                                   text_envelope("early") + "}}\n" +
                                   error_line(call, -32601, "Method not implemented");
                        })};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(inbox.wait_for(1));
    EXPECT_EQ(inbox.lines()[0].text, "early");
}

TEST(SignalReceiving, DoesNotLoseWhatTheDaemonWroteBeforeItStops)
{
    DaemonPeer peer{
        but("unsubscribeReceive",
            [](const SeenCall& call)
            {
                return R"({"jsonrpc":"2.0","method":"receive","params":{"subscription":0,"result":{)" +
                       text_envelope("at the last moment") + "}}}\n" + result_line(call, "{}");
            })};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    EXPECT_TRUE(running.stop());
    ASSERT_EQ(inbox.lines().size(), 1U);
    EXPECT_EQ(inbox.lines()[0].text, "at the last moment");
}

TEST(SignalReceiving, ComesBackAndSaysMeanwhileWhatIsWrong)
{
    std::optional<DaemonPeer> peer;
    peer.emplace(good_answer);
    Wired setup{peer->place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    for (int i = 0; i < 3; ++i)
    {
        ASSERT_TRUE(eventually([&] { return peer->subscribed(); }));
        peer->cut();
        ASSERT_TRUE(eventually(
            [&] { return peer->calls("subscribeReceive").size() > static_cast<std::size_t>(i) + 1; }));
    }
    peer.reset();
    EXPECT_TRUE(
        eventually([&] { return setup.channel().trouble() == "signal-cli's daemon cannot be reached"; }))
        << setup.channel().trouble();
}

TEST(SignalReceiving, SaysThatTheAccountIsNotThereAndThatTheDaemonIsOld)
{
    DaemonPeer several{
        but("listAccounts", [](const SeenCall& call) { return result_line(call, R"([{"number":"+1"}])"); })};
    Wired missing{several.place()};
    HearingInbox inbox;
    {
        Running running{missing.channel(), inbox};
        EXPECT_TRUE(eventually(
            [&] { return missing.channel().trouble().find("is not registered") != std::string::npos; }));
    }
    DaemonPeer old{
        but("version", [](const SeenCall& call) { return result_line(call, R"({"version":"0.11.2"})"); })};
    Wired aged{old.place()};
    Running running{aged.channel(), inbox};
    EXPECT_TRUE(eventually(
        [&]
        { return aged.channel().trouble() == "signal-cli 0.11.2 is too old: at least 0.13.0 is needed"; }))
        << aged.channel().trouble();
}

TEST(SignalReceiving, ReportsReceiptsAndTriesThoseAgainThatNobodyKnowsYet)
{
    DaemonPeer peer{good_answer};
    Wired setup{peer.place()};
    HearingInbox inbox;
    inbox.unknown_reports = 2;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    peer.bring(envelope(R"("receiptMessage":{"isDelivery":true,"timestamps":[5]})"));
    peer.bring(envelope(R"("receiptMessage":{"isRead":true,"timestamps":[5]})"));
    ASSERT_TRUE(eventually([&] { return inbox.reports().size() == 2; }));
    EXPECT_EQ(inbox.reports()[0].known_as, "5");
    EXPECT_EQ(inbox.reports()[0].account, kAnn);
    EXPECT_EQ(inbox.reports()[0].channel, "signal");
}

TEST(SignalReceiving, NamesEditedMessagesByTheirFirstName)
{
    DaemonPeer peer{but("send", [](const SeenCall& call) { return sent_line(call, 200); })};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    const auto edit = [](int of)
    {
        return R"("editMessage":{"targetSentTimestamp":)" + std::to_string(of) +
               R"(,"dataMessage":{"message":"x"}})";
    };
    peer.bring(envelope(edit(10), 20));
    peer.bring(envelope(edit(20), 30));
    peer.bring(envelope(R"("dataMessage":{"remoteDelete":{"timestamp":30}})", 40));
    ASSERT_TRUE(inbox.wait_for(3));
    EXPECT_EQ(inbox.lines()[1].of, kAnn + ":10");
    EXPECT_EQ(inbox.lines()[2].of, kAnn + ":10");
    // The same outward: they confirm and answer our edit by its own name.
    auto message = Wired::message("better");
    message.amends = channel::Amendment{channel::Amendment::Kind::edited, {"100"}};
    ASSERT_EQ(setup.send(message).outcome, channel::Outcome::accepted);
    peer.bring(envelope(R"("receiptMessage":{"isRead":true,"timestamps":[200]})", 50));
    peer.bring(envelope(R"("dataMessage":{"message":"ok","quote":{"id":200,"authorUuid":null}})", 60));
    ASSERT_TRUE(inbox.wait_for(4));
    EXPECT_EQ(inbox.lines()[3].answers, "100");
    ASSERT_TRUE(eventually([&] { return inbox.reports().size() == 1; }));
    EXPECT_EQ(inbox.reports()[0].known_as, "100");
}

TEST(SignalReceiving, FetchesFilesAndTheWholeOfALongText)
{
    const std::string whole(5000, 'w');
    DaemonPeer peer{but("getAttachment",
                        [&](const SeenCall& call)
                        {
                            if (call.text("id") == "gone.png")
                                return error_line(call, -1, "Could not find attachment with ID");
                            const auto bytes = call.text("id") == "long" ? whole : std::string{"PNG"};
                            return result_line(call, R"({"data":")" + to_base64(as_bytes(bytes)) + "\"}");
                        })};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    const auto one_line_envelope = envelope(
        R"("dataMessage":{"message":"www","attachments":[{"id":"long","contentType":"text/x-signal-plain","size":5000},{"id":"a.png","contentType":"image/png","filename":"a.png","size":3},{"id":"gone.png","filename":"g.png","size":3},{"id":"big","filename":"big.bin","size":30000000}]})");
    peer.bring(one_line_envelope);
    ASSERT_TRUE(inbox.wait_for(1));
    const auto line = inbox.lines()[0];
    EXPECT_EQ(line.text, whole);
    ASSERT_EQ(line.files.size(), 1U);
    EXPECT_EQ(as_text(line.files[0].read(0, 100).value()), "PNG");
    EXPECT_EQ(line.lost, "g.png (signal-cli does not give it out); big.bin (too large)");
    EXPECT_EQ(peer.calls("getAttachment")[0].text("recipient"), kAnn);
}

TEST(SignalKeys, TellsAChangeOnceAndTrustsTheKeyOnlyThen)
{
    std::atomic<bool> trusted{false};
    std::atomic<bool> changed{false};
    DaemonPeer peer{[&](const SeenCall& call)
                    {
                        if (call.method == "listIdentities")
                            return result_line(call, !changed  ? identity("05 aa", "TRUSTED_UNVERIFIED")
                                                     : trusted ? identity("05 bb", "TRUSTED_UNVERIFIED")
                                                               : identity("05 bb", "UNTRUSTED"));
                        if (call.method == "trust")
                            trusted = true;
                        if (call.method == "send" && changed && !trusted)
                            return failed_line(call, "IDENTITY_FAILURE");
                        return good_answer(call);
                    }};
    Wired setup{peer.place()};
    HearingInbox inbox;
    inbox.change_laters = 2;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.subscribed(); }));
    EXPECT_EQ(setup.send(Wired::message("a")).outcome, channel::Outcome::accepted);
    changed = true;
    setup.send(Wired::message("b"));
    peer.bring(R"("exception":{"type":"UntrustedIdentityException"},)" +
               envelope(R"("dataMessage":{"message":"x"})"));
    ASSERT_TRUE(eventually([&] { return trusted.load(); }));
    ASSERT_EQ(inbox.changes().size(), 1U) << "told, and told before it was trusted";
    EXPECT_EQ(inbox.changes()[0].account, kAnn);
    EXPECT_EQ(inbox.changes()[0].channel, "signal");
    EXPECT_EQ(inbox.changes()[0].what, "its safety number changed");
    EXPECT_EQ(peer.calls("trust")[0].text("recipient"), kAnn);
    EXPECT_TRUE(peer.calls("trust")[0].params().field("trustAllKnownKeys")->boolean().value());
    EXPECT_EQ(setup.send(Wired::message("c")).outcome, channel::Outcome::accepted);
    const auto looks = peer.calls("listIdentities").size();
    ASSERT_TRUE(eventually([&] { return peer.calls("listIdentities").size() > looks + 3; }));
    EXPECT_EQ(inbox.changes().size(), 1U) << "once for each key";
    EXPECT_TRUE(inbox.lines().empty());
}

TEST(SignalKeys, LeavesTrustToTheOperatorWhereSaidSo)
{
    DaemonPeer peer{but("listIdentities", [](const SeenCall& call)
                        { return result_line(call, identity("05 bb", "UNTRUSTED")); })};
    Wired setup{peer.place(), [](SignalOptions& options) { options.trust_when_told = false; }};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.calls("listIdentities").size() > 8; }));
    EXPECT_EQ(inbox.changes().size(), 1U);
    EXPECT_TRUE(peer.calls("trust").empty());
}

TEST(SignalKeys, SeesANewKeyAlsoWhereTheDaemonTrustsAll)
{
    std::atomic<bool> changed{false};
    DaemonPeer peer{
        but("listIdentities", [&](const SeenCall& call)
            { return result_line(call, identity(changed ? "05 bb" : "05 aa", "TRUSTED_UNVERIFIED")); })};
    Wired setup{peer.place()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(eventually([&] { return peer.calls("listIdentities").size() > 2; }));
    EXPECT_TRUE(inbox.changes().empty());
    changed = true;
    ASSERT_TRUE(eventually([&] { return inbox.changes().size() == 1; }));
    EXPECT_TRUE(peer.calls("trust").empty());
}

TEST(SignalReceiving, TakesEventsOverHttpAndAsksForThoseThatItMissed)
{
    std::mutex mutex;
    std::vector<std::string> heads;
    std::atomic<int> streams{0};
    const auto event = [](int id, const std::string& text)
    {
        return "id:9-" + std::to_string(id) + "\nevent:receive\ndata:{\"account\":\"" + kNode + "\"," +
               text_envelope(text, static_cast<std::uint64_t>(id)) + "}\n\n";
    };
    net::testing::ScriptedPeer peer{
        [&](const net::testing::RawSocket& socket)
        {
            const auto head = socket.read_until("\r\n\r\n");
            if (head.starts_with("POST"))
            {
                const auto body = socket.read_until("}}");
                const auto id = body.find("dmid-");
                SeenCall call{{}, "", body.substr(id, body.find('"', id) - id)};
                const auto at = body.find("\"method\":\"") + 10;
                call.method = body.substr(at, body.find('"', at) - at);
                const auto said = good_answer(call);
                socket.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                            std::to_string(said.size()) + "\r\n\r\n" + said);
                return;
            }
            {
                const std::lock_guard lock{mutex};
                heads.push_back(head);
            }
            const auto n = ++streams;
            socket.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:\n" +
                        (n > 3 ? std::string{} : event(n, "text " + std::to_string(n))));
        }};
    Wired setup{"http://" + peer.authority()};
    HearingInbox inbox;
    Running running{setup.channel(), inbox};
    ASSERT_TRUE(inbox.wait_for(3));
    ASSERT_TRUE(eventually([&] { return streams > 3; }));
    EXPECT_EQ(inbox.lines()[2].text, "text 3");
    const std::lock_guard lock{mutex};
    EXPECT_TRUE(heads[0].starts_with("GET /api/v1/events?account=%2b4930999999 HTTP/1.1\r\n")) << heads[0];
    EXPECT_NE(heads[0].find("Last-Event-ID: 0\r\n"), std::string::npos) << "all that is kept";
    EXPECT_NE(heads[3].find("Last-Event-ID: 9-3\r\n"), std::string::npos);
}
} // namespace dmid::channels::signal::test
