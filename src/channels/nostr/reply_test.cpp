// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/reply.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::nostr
{
using channel::Outcome;

namespace
{
Reply gateway(unsigned status, std::string body = "")
{
    net::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return read_gateway_answer(response);
}
} // namespace

TEST(NostrReply, TakesAGatewaysPromise)
{
    const std::string id(64, 'b');
    const auto reply = gateway(202, R"({"id":")" + id + R"(","status":"accepted","promise":{"time":1}})");
    EXPECT_EQ(reply.attempt.outcome, Outcome::accepted);
    EXPECT_EQ(reply.attempt.remote_id, id);
    EXPECT_EQ(reply.attempt.detail, "promised " + id);
    EXPECT_EQ(gateway(202, "garbage").attempt.outcome, Outcome::accepted);
}

TEST(NostrReply, ReadsTheWorkThatAGatewayAsksFor)
{
    const auto reply = gateway(403, R"({"code":"policy.challenge","terms":{"work":18,"proofs":[]}})");
    EXPECT_EQ(reply.attempt.outcome, Outcome::refused);
    EXPECT_EQ(reply.work, 18U);
    EXPECT_EQ(gateway(403, R"({"code":"policy.challenge","work":9})").work, 9U);
    EXPECT_EQ(gateway(403, R"({"code":"policy.rejected","terms":{"work":18}})").work, 0U);
    EXPECT_EQ(gateway(403, R"({"code":"policy.challenge","terms":{"work":-1}})").work, 0U);
}

TEST(NostrReply, TellsTheStatesOfAGatewayApart)
{
    EXPECT_TRUE(gateway(404).elsewhere);
    EXPECT_EQ(gateway(400).attempt.outcome, Outcome::refused);
    EXPECT_EQ(gateway(429).attempt.outcome, Outcome::deferred);
    EXPECT_FALSE(gateway(429).down);
    EXPECT_TRUE(gateway(502, "<html>").down) << "a proxy whose node is gone";
    EXPECT_TRUE(gateway(503, R"({"code":"gateway.stopping"})").down);
    EXPECT_FALSE(gateway(503, R"({"code":"gateway.quota"})").down) << "it speaks for the recipient";
    EXPECT_EQ(gateway(200, "hello").attempt.outcome, Outcome::uncertain);
}

TEST(NostrReply, ReadsARelaysOk)
{
    EXPECT_EQ(read_relay_answer(true, "").attempt.outcome, Outcome::accepted);
    EXPECT_EQ(read_relay_answer(false, "duplicate: have it").attempt.outcome, Outcome::accepted);
    EXPECT_EQ(read_relay_answer(false, "pow: 20").work, 20U);
    EXPECT_TRUE(read_relay_answer(false, "auth-required: x").wants_auth);
    for (const auto* words : {"blocked: x", "restricted: x", "invalid: x", "mute: x"})
        EXPECT_EQ(read_relay_answer(false, words).attempt.outcome, Outcome::refused) << words;
    for (const auto* words : {"rate-limited: x", "error: x", "", "no idea"})
        EXPECT_EQ(read_relay_answer(false, words).attempt.outcome, Outcome::deferred) << words;
}

TEST(NostrReply, LetsOneAcceptanceStandForAllAndARefusalForNoneButAll)
{
    const auto refused = failed(Outcome::refused, Errc::channel_refused, "no");
    const auto gone = failed(Outcome::unreachable, Errc::channel_unreachable, "gone");
    const auto maybe = failed(Outcome::uncertain, Errc::channel_timeout, "silent");
    EXPECT_EQ(best_of({refused, gone}).outcome, Outcome::unreachable);
    EXPECT_EQ(best_of({refused, maybe, gone}).outcome, Outcome::uncertain);
    EXPECT_EQ(best_of({maybe, read_relay_answer(true, "")}).outcome, Outcome::accepted);
    EXPECT_EQ(best_of({refused, refused}).outcome, Outcome::refused);
    EXPECT_EQ(best_of({}).outcome, Outcome::unreachable);
}
} // namespace dmid::channels::nostr
