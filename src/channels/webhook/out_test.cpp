// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/outgoing_body.hpp"
#include "channels/webhook/posting.hpp"
#include "channels/webhook/testing_hook.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::webhook
{
namespace
{
using channel::Outcome;
using namespace test;

std::string always_ok(const net::testing::RawSocket& /*socket*/, const HookRequest& /*request*/)
{
    return status_line("200 OK");
}

TEST(WebhookOut, SignsWithTheUrlsOwnKeyUnderOneIdForAllAttempts)
{
    const HookPeer peer{always_ok};
    Hooked hooked{peer.authority()};
    const auto address = hooked.channel().parse_address(peer.url()).value();
    const auto first = hooked.send(address, message_of("hello"));
    ASSERT_EQ(first.outcome, Outcome::accepted) << first.detail;
    EXPECT_EQ(hooked.send(address, message_of("hello")).known_as, first.known_as);
    const auto seen = peer.seen();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].header("webhook-id"), first.known_as.at(0));
    EXPECT_EQ(seen[1].header("webhook-id"), first.known_as.at(0));
    EXPECT_EQ(seen[0].header("Content-Type"), "application/json");
    const auto key = SigningKey::parse(hooked.channel().secret_of(address)).value();
    for (const auto& one : seen)
        EXPECT_TRUE(key.verifies(one.header("webhook-id"), std::stoll(one.header("webhook-timestamp")),
                                 one.body, one.header("webhook-signature")));
}

TEST(WebhookOut, GoesToTheProgramsUrlWithItsOwnKey)
{
    const HookPeer peer{always_ok};
    Hooked hooked{"127.0.0.1:9", peer.url()};
    ASSERT_EQ(hooked.send("ci/team-a", message_of("hello")).outcome, Outcome::accepted);
    const auto seen = peer.seen().at(0);
    EXPECT_EQ(seen.json().at("data").at("to").as_string(), "ci/team-a");
    EXPECT_TRUE(Hooked::program_key().verifies(seen.header("webhook-id"),
                                               std::stoll(seen.header("webhook-timestamp")), seen.body,
                                               seen.header("webhook-signature")));
    EXPECT_TRUE(hooked.channel().trouble().empty());
}

TEST(WebhookOut, RefusesProgramsThatTakeNothingAndSendersOutOfScope)
{
    Hooked hooked{"127.0.0.1:9"};
    for (const auto* address : {"ci", "ci/builds", "ci/others", "nobody", "not an address"})
        EXPECT_EQ(hooked.send(address, message_of("hello")).outcome, Outcome::refused) << address;
    EXPECT_FALSE(hooked.channel().address_of(model::PlatformAccount{"webhook", "ci/builds"}));
    Hooked answering{"127.0.0.1:9", "http://127.0.0.1:9/"};
    EXPECT_EQ(answering.channel().address_of(model::PlatformAccount{"webhook", "ci/builds"}), "ci/builds");
    EXPECT_FALSE(answering.channel().address_of(model::PlatformAccount{"webhook", "ci/others"}));
    EXPECT_FALSE(answering.channel().address_of(model::PlatformAccount{"telegram", "ci"}));
}

TEST(WebhookOut, DialsNoInwardAddressForAnOwner)
{
    const HookPeer peer{always_ok};
    Hooked hooked{"127.0.0.1:9"};
    EXPECT_FALSE(hooked.channel().parse_address(peer.url()));
    // Even where such an address had been bound before the allow-list changed.
    EXPECT_EQ(hooked.send(peer.url(), message_of("hello")).outcome, Outcome::unreachable);
    const auto inward = hooked.send("https://" + peer.authority() + "/hook", message_of("hello"));
    EXPECT_EQ(inward.outcome, Outcome::unreachable);
    EXPECT_EQ(inward.detail, "the URL leads to an inward address");
    EXPECT_TRUE(peer.seen().empty());
}

TEST(WebhookOut, FollowsNoRedirect)
{
    const HookPeer peer{[](const net::testing::RawSocket& /*socket*/, const HookRequest& /*request*/)
                        { return status_line("307 Temporary Redirect", "Location: /other\r\n"); }};
    Hooked hooked{peer.authority()};
    const auto attempt = hooked.send(peer.url(), message_of("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::deferred);
    EXPECT_EQ(peer.seen().size(), 1U);
}

TEST(WebhookOut, TakesNoAnswerThatEndsBeforeItIsWhole)
{
    const auto whole = status_line("200 OK");
    std::size_t size = 0;
    const HookPeer peer{[&](const net::testing::RawSocket& /*socket*/, const HookRequest& /*request*/)
                        { return whole.substr(0, size); }};
    Hooked hooked{peer.authority()};
    for (; size < whole.size(); ++size)
        EXPECT_EQ(hooked.send(peer.url(), message_of("hello")).outcome, Outcome::uncertain) << size;
    EXPECT_EQ(hooked.send(peer.url(), message_of("hello")).outcome, Outcome::accepted);
}

TEST(WebhookOut, TakesACutRequestForNoAnswer)
{
    const net::testing::ScriptedPeer peer{[](const net::testing::RawSocket& socket)
                                          {
                                              (void)socket.read_until("webhook-id");
                                              socket.reset_on_close();
                                          }};
    Hooked hooked{peer.authority()};
    auto message = message_of("hello");
    channel::File file;
    file.size = kMaxFileBytes; // more than any buffer between takes at once
    file.read = [](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
    { return Bytes(std::min<std::size_t>(limit, kMaxFileBytes - offset)); };
    message.files = {file};
    const auto attempt = hooked.send("http://" + peer.authority() + "/hook", std::move(message));
    EXPECT_NE(attempt.outcome, Outcome::accepted);
    EXPECT_NE(attempt.outcome, Outcome::refused);
}

TEST(WebhookOut, ReadsNoEndlessAnswer)
{
    const HookPeer peer{[](const net::testing::RawSocket& socket, const HookRequest& /*request*/)
                        {
                            (void)socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                            while (socket.send(std::string(65536, 'x')))
                            {
                            }
                            return std::string{};
                        }};
    Hooked hooked{peer.authority()};
    const auto attempt = hooked.send(peer.url(), message_of("hello"));
    EXPECT_EQ(attempt.outcome, Outcome::uncertain);
    EXPECT_EQ(attempt.code, Errc::channel_peer_protocol);
}

TEST(WebhookOut, TellsOfAUrlThatIsGoneForGood)
{
    const HookPeer peer{[](const net::testing::RawSocket& /*socket*/, const HookRequest& /*request*/)
                        { return status_line("410 Gone"); }};
    Hooked hooked{peer.authority()};
    HearingInbox inbox;
    Running running{hooked, inbox};
    EXPECT_EQ(hooked.send(peer.url(), message_of("hello")).outcome, Outcome::refused);
    ASSERT_TRUE(eventually([&] { return inbox.changes().size() == 1; }));
    EXPECT_EQ(inbox.changes().at(0).account, peer.url());
    EXPECT_TRUE(running.stop());
    EXPECT_EQ(inbox.changes().size(), 1U);
}

TEST(WebhookOut, SaysWhichProgramTakesNothing)
{
    const HookPeer peer{[](const net::testing::RawSocket& /*socket*/, const HookRequest& /*request*/)
                        { return status_line("500 Oops"); }};
    Hooked hooked{"127.0.0.1:9", peer.url()};
    EXPECT_EQ(hooked.send("ci", message_of("hello")).outcome, Outcome::deferred);
    EXPECT_EQ(hooked.channel().trouble(), "ci: its url does not take messages: HTTP 500");
}

TEST(WebhookOut, JudgesAnswersByTheirStatusAlone)
{
    const auto judged = [](unsigned status, const std::string& retry_after = {})
    {
        net::HttpResponse answer;
        answer.status = status;
        if (!retry_after.empty())
            answer.headers.set("Retry-After", retry_after);
        answer.body = "refused";
        return judge(answer, 1000);
    };
    for (const unsigned status : {200U, 201U, 202U, 204U, 299U})
        EXPECT_EQ(judged(status).outcome, Outcome::accepted) << status;
    for (const unsigned status : {400U, 401U, 403U, 404U, 410U, 413U, 422U})
        EXPECT_EQ(judged(status).outcome, Outcome::refused) << status;
    for (const unsigned status : {302U, 308U, 408U, 425U, 429U, 500U, 503U, 599U})
        EXPECT_EQ(judged(status).outcome, Outcome::deferred) << status;
    for (const unsigned status : {502U, 504U, 600U, 100U})
        EXPECT_EQ(judged(status).outcome, Outcome::uncertain) << status;
    EXPECT_EQ(judged(429, "7").retry_at, 8000);
    EXPECT_EQ(judged(503, "999999999").retry_at, 1000 + 86'400'000);
    for (const auto* words : {"-1", "soon", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT"})
        EXPECT_FALSE(judged(503, words).retry_at) << words;
}
} // namespace
} // namespace dmid::channels::webhook
