// SPDX-License-Identifier: Apache-2.0
// send() before an API that answers as told, to somebody who wrote just now.
#include "channels/whatsapp/testing_calls.hpp"
#include "chat/testing_inbox.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace dmid::channels::whatsapp
{
namespace
{
using namespace test;
using namespace chat::test;
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

/// A business that Ann wrote to just now.
class Talking
{
public:
    explicit Talking(ApiPeer::Handler messages, const Business::Change& change = {})
        : messages_{std::move(messages)}
        , peer{[this](const Seen& seen) { return answer(seen); }}
        , business{peer.url(), change}
    {
        HearingInbox inbox;
        Running running{business.channel(), inbox};
        const auto body = said_by_ann("open", text_content("hi"), business.clock.now());
        EXPECT_TRUE(eventually([&] { return called_by_meta(business.channel(), body).status == 200; }));
    }
    channel::Attempt send(const std::string& text) { return business.send(Business::message(text)); }

private:
    std::string answer(const Seen& seen)
    {
        if (seen.path.ends_with("/media"))
            return uploads-- > 0 ? http(200, R"({"id":"77"})") : api_error(400, 131053, "Media upload error");
        if (!seen.path.ends_with("/messages"))
            return http(200, R"({"id":"106540352242922","display_phone_number":"+1 555"})");
        return messages_(seen);
    }
    ApiPeer::Handler messages_;

public:
    std::atomic<int> uploads{1000};
    ApiPeer peer;
    Business business;
};

channel::Attempt send_before(const std::string& raw)
{
    Talking talking{[&](const Seen&) { return raw; }};
    return talking.send("hello");
}
} // namespace

TEST(WhatsAppSending, SaysWhomWhatAndWhichMessageItAnswers)
{
    Talking talking{[](const Seen&) { return api_message("77"); }};
    auto message = Business::message("hello");
    message.quotes = "wamid.open";
    const auto attempt = talking.business.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(attempt.known_as, std::vector<std::string>{"wamid.77"});
    const auto seen = talking.peer.messages().at(0);
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.path, std::string{kNumberId} + "/messages");
    EXPECT_NE(seen.head.find("\r\nAuthorization: Bearer " + std::string{kToken} + "\r\n"), std::string::npos);
    EXPECT_EQ(seen.at({"messaging_product"}), "whatsapp");
    EXPECT_EQ(seen.at({"to"}), "491701234567");
    EXPECT_EQ(seen.at({"type"}), "text");
    EXPECT_EQ(seen.at({"context", "message_id"}), "wamid.open");
    EXPECT_EQ(seen.at({"biz_opaque_callback_data"}), "abcdefghijklmnopqrstuvwx23");
    EXPECT_TRUE(seen.text().ends_with("hello")) << seen.text();
}

TEST(WhatsAppSending, PutsReactionsAndTakesThemOff)
{
    Talking talking{[](const Seen&) { return api_message("r"); }};
    for (const std::string emoji : {"🦖", ""})
    {
        auto message = Business::message(emoji);
        message.amends = Amendment{Amendment::Kind::reacted, {"wamid.X", "wamid.Y"}};
        EXPECT_EQ(talking.business.send(message).outcome, Outcome::accepted);
        const auto seen = talking.peer.messages().back();
        EXPECT_EQ(seen.at({"reaction", "message_id"}), "wamid.X");
        EXPECT_TRUE(seen.json().field("reaction")->optional("emoji"));
        EXPECT_EQ(seen.at({"reaction", "emoji"}), emoji);
    }
    auto edit = Business::message("better");
    edit.amends = Amendment{Amendment::Kind::edited, {"wamid.X"}};
    EXPECT_EQ(talking.business.send(edit).outcome, Outcome::refused) << "the API has no edits";
    EXPECT_EQ(talking.peer.messages().size(), 2U);
}

TEST(WhatsAppSending, ErrorsMeanWhatMetaDocuments)
{
    const auto undeliverable = send_before(api_error(400, 131026, "Message undeliverable", "old app"));
    EXPECT_EQ(undeliverable.outcome, Outcome::refused);
    EXPECT_NE(undeliverable.detail.find("131026"), std::string::npos);
    EXPECT_NE(undeliverable.detail.find("old app"), std::string::npos);
    for (const auto& [status, code] : {std::pair{429, 131056}, {429, 130429}, {403, 368}, {500, 131016}})
    {
        const auto now = SystemClock{}.now_ms();
        const auto attempt = send_before(api_error(static_cast<unsigned>(status), code, "wait"));
        EXPECT_EQ(attempt.outcome, Outcome::deferred) << code;
        ASSERT_TRUE(attempt.retry_at) << code;
        EXPECT_GT(*attempt.retry_at, now) << code;
    }
    EXPECT_EQ(send_before(http(502, "<html>")).outcome, Outcome::deferred);
    EXPECT_EQ(send_before(api_error(400, 424242, "new")).outcome, Outcome::refused);
}

TEST(WhatsAppSending, ATokenThatIsRefusedIsTheOperatorsToMend)
{
    std::atomic<bool> good{false};
    Talking talking{[&](const Seen&)
                    {
                        return good ? api_message("1")
                                    : api_error(401, 190,
                                                "Error validating access token: " + std::string{kToken});
                    }};
    const auto attempt = talking.send("hello");
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(attempt.code, Errc::channel_auth_failed);
    const auto trouble = talking.business.channel().trouble();
    EXPECT_NE(trouble.find("access token expired"), std::string::npos) << trouble;
    EXPECT_EQ(trouble.find(kToken), std::string::npos);
    good = true;
    EXPECT_EQ(talking.send("hello").outcome, Outcome::accepted);
    EXPECT_EQ(talking.business.channel().trouble(), "");
}

TEST(WhatsAppSending, OnePersonsLimitHoldsThatPersonAlone)
{
    Talking talking{[](const Seen&) { return api_error(429, 131056, "Pair rate limit hit"); }};
    EXPECT_EQ(talking.send("hello").outcome, Outcome::deferred);
    const auto next = talking.send("again");
    EXPECT_EQ(next.outcome, Outcome::deferred);
    EXPECT_TRUE(next.retry_at);
    EXPECT_EQ(talking.peer.messages().size(), 1U) << "the next message does not even ask";
}

TEST(WhatsAppSending, NeitherRedirectsNorStrangersPagesAreFollowed)
{
    const auto attempt = send_before("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
                                     "0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
}

TEST(WhatsAppSending, AnAnswerThatEndsAnywhereIsUncertainUntilItIsWhole)
{
    const auto whole = api_message("5");
    std::atomic<std::size_t> size{0};
    Talking talking{[&](const Seen&) { return whole.substr(0, size); }};
    for (; size < whole.size(); ++size)
    {
        const auto attempt = talking.send("hello");
        ASSERT_EQ(attempt.outcome, Outcome::uncertain) << size << ' ' << attempt.detail;
        ASSERT_TRUE(attempt.known_as.empty());
    }
    EXPECT_EQ(talking.send("hello").outcome, Outcome::accepted);
}

TEST(WhatsAppSending, GarbageAndEndlessAnswersAreFaultsOfTheProtocol)
{
    const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x');
    const std::string vast = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{";
    const std::string unbounded = "HTTP/1.1 200 OK\r\n\r\n" + std::string(1'000'000, ' ');
    for (const auto& raw :
         {std::string{"\x16\x03\x01 tls?"} + std::string(20, '\xff'), endless, vast, unbounded,
          http(200, "<html>login</html>"), http(200, R"({"messages":[]})"), http(204, "")})
    {
        const auto attempt = send_before(raw);
        EXPECT_EQ(attempt.outcome, Outcome::uncertain) << raw.substr(0, 60);
        EXPECT_EQ(attempt.code, Errc::channel_peer_protocol) << raw.substr(0, 60);
        EXPECT_EQ(attempt.detail.find(kToken), std::string::npos);
    }
}

TEST(WhatsAppSending, ALongTextGoesInPartsAndAnAttemptGoesOnWhereOneEnded)
{
    std::atomic<int> count{0};
    Talking talking{[&](const Seen&)
                    {
                        const int now = ++count;
                        return now == 2 ? api_error(429, 130429, "slow") : api_message(std::to_string(now));
                    }};
    const std::string text(9'000, 'x');
    const auto first = talking.send(text);
    EXPECT_EQ(first.outcome, Outcome::deferred);
    const auto second = talking.send(text);
    EXPECT_EQ(second.outcome, Outcome::accepted) << second.detail;
    EXPECT_EQ(second.known_as, (std::vector<std::string>{"wamid.1", "wamid.3", "wamid.4"}));
    const auto calls = talking.peer.messages();
    EXPECT_TRUE(calls.at(0).text().starts_with("From 8345"));
    EXPECT_TRUE(calls.at(2).text().starts_with("[2/3]\n"));
    EXPECT_TRUE(calls.at(3).text().starts_with("[3/3]\n"));
}

TEST(WhatsAppSending, UploadsAFileAndShowsItAsWhatItIs)
{
    Talking talking{[](const Seen&) { return api_message("f"); }};
    auto message = Business::message("see");
    const std::string bytes = "\x89PNG\r\n--dmid\r\nnot the end";
    message.files = {file_of("a \"b\"\r\n.png", "image/png", bytes)};
    EXPECT_EQ(talking.business.send(message).outcome, Outcome::accepted);
    const auto seen = talking.peer.seen();
    const auto& upload = seen.at(seen.size() - 2);
    EXPECT_EQ(upload.path, std::string{kNumberId} + "/media");
    EXPECT_NE(upload.body.find("name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"), std::string::npos);
    EXPECT_NE(upload.body.find("name=\"type\"\r\n\r\nimage/png\r\n"), std::string::npos);
    EXPECT_NE(upload.body.find("filename=\"a %22b%22  .png\"\r\nContent-Type: image/png\r\n\r\n" + bytes +
                               "\r\n--"),
              std::string::npos);
    const auto& sent = seen.back();
    EXPECT_EQ(sent.at({"type"}), "image");
    EXPECT_EQ(sent.at({"image", "id"}), "77");
    EXPECT_TRUE(sent.at({"image", "caption"}).ends_with("see"));
    message.files = {file_of("notes.pdf", "application/pdf", "%PDF")};
    EXPECT_EQ(talking.business.send(message).outcome, Outcome::accepted);
    EXPECT_EQ(talking.peer.messages().back().at({"document", "filename"}), "notes.pdf");
}

TEST(WhatsAppSending, AFileThatMetaDoesNotTakeIsNamed)
{
    Talking talking{[](const Seen&) { return api_message("t"); }};
    talking.uploads = 0;
    auto message = Business::message("see");
    message.files = {file_of("film.mkv", "video/mp4", "no film")};
    const auto attempt = talking.business.send(message);
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_TRUE(talking.peer.messages().back().text().ends_with("(A file was refused here: film.mkv)"));
}

TEST(WhatsAppSending, AnUploadThatWasLostIsNoMessageThatMayHaveArrived)
{
    ApiPeer peer{[](const Seen& seen)
                 { return seen.path.ends_with("/media") ? std::string{} : http(200, "{}"); }};
    Business business{peer.url()};
    HearingInbox inbox;
    Running running{business.channel(), inbox};
    const auto body = said_by_ann("open", text_content("hi"), business.clock.now());
    ASSERT_TRUE(eventually([&] { return called_by_meta(business.channel(), body).status == 200; }));
    auto message = Business::message("see");
    message.files = {file_of("a.txt", "text/plain", "x")};
    EXPECT_EQ(business.send(message).outcome, Outcome::unreachable);
}
} // namespace dmid::channels::whatsapp
