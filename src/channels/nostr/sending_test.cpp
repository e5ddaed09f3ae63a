// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/nostr_channel.hpp"
#include "channels/nostr/relay_lists.hpp"
#include "channels/nostr/testing_relay.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"
#include "seal/ticket.hpp"
#include "seal/work.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::nostr
{
namespace
{
using channel::Attempt;
using channel::Outcome;
using net::testing::RawSocket;
using net::testing::ScriptedPeer;
using test::key;
using test::says_ok;
using test::ScriptedRelay;
using test::secret;

constexpr std::uint8_t kReader = 0x42;

struct Sent
{
    std::vector<std::string> routes{};
    std::vector<std::string> allowed{};
    std::vector<std::string> relays{}; ///< configured
    std::optional<Secret32> ticket = std::nullopt;
    bool sealed = true;
    bool send_without_list = false;
    UnixMillis patience = 4000;
};

class NostrSending : public ::testing::Test
{
protected:
    Attempt send(const Sent& sent)
    {
        NostrOptions options;
        options.relays = sent.relays;
        options.send_without_list = sent.send_without_list;
        auto channel = make_nostr_channel(options, secret(0x11), served, clock,
                                          net::Dialer{net::AllowList::from(sent.allowed).value()})
                           .value();
        channel::Leg leg;
        leg.id.bytes.fill(9);
        leg.address = to_hex(key(kReader).view());
        leg.routes = sent.routes;
        leg.deadline = clock.now_ms() + sent.patience;
        channel::Outgoing message;
        message.text = "hello";
        message.number = "8312 3456 7890 1210";
        message.sender = "npub1somebody";
        message.sent_at = 1'700'000'000;
        if (sent.sealed)
        {
            message.sealed.emplace();
            message.sealed->seal = seal::to_json(test::seal_of("hello", 0x31, kReader, clock.now()));
            message.sealed->recipient = key(kReader);
            message.sealed->number = 8312345678901210;
            message.sealed->ticket = sent.ticket;
        }
        return net::run_blocking(task(*channel, std::move(leg), std::move(message))).value();
    }
    static net::Task<Result<Attempt>> task(channel::Channel& channel, channel::Leg leg,
                                           channel::Outgoing message)
    {
        co_return co_await channel.send(std::move(leg), std::move(message));
    }

    SystemClock clock;
    test::FakeServed served{{}};
};

ScriptedPeer::Script answers(unsigned status, std::string body)
{
    return [status, body](const RawSocket& socket)
    {
        socket.read_until("}}");
        socket.send("HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    };
}

/// A relay that knows these events and takes others.
ScriptedRelay::Script knows(std::vector<seal::Event> events)
{
    return [events](const ClientMessage& message) -> std::vector<std::string>
    {
        if (const auto* event = std::get_if<client::Event>(&message))
            return {encode(RelayMessage{relay::Ok{event->event.id, true, ""}})};
        std::vector<std::string> out;
        if (const auto* request = std::get_if<client::Req>(&message))
        {
            for (const auto& event : events)
                if (matches(request->filters.at(0), event))
                    out.push_back(encode(RelayMessage{relay::Event{request->subscription, event}}));
            out.push_back(encode(RelayMessage{relay::Eose{request->subscription}}));
        }
        return out;
    };
}

seal::Event list_of(std::uint8_t author, std::vector<std::string> relays, UnixTime at)
{
    seal::EventBody body;
    body.kind = seal::kKindInboxRelays;
    body.created_at = at;
    for (auto& relay : relays)
        body.tags.push_back({"relay", std::move(relay)});
    return seal::sign_event(std::move(body), secret(author), test::fresh()).value();
}
} // namespace

TEST_F(NostrSending, ReachesTheRelaysWhenEveryGatewayIsDown)
{
    const ScriptedRelay relay{says_ok(true)};
    const ScriptedPeer proxy{answers(502, "<html>")};
    std::uint16_t dead = 0;
    {
        const ScriptedRelay gone{says_ok(true)};
        dead = gone.port();
    }
    const auto nobody = "127.0.0.1:" + std::to_string(dead);
    const auto attempt = send({.routes = {"http://" + nobody, "http://" + proxy.authority(), relay.url()},
                               .allowed = {nobody, proxy.authority(), relay.authority()}});
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(relay.events().size(), 1U);
}

TEST_F(NostrSending, DoesNotGoAroundAGatewayThatRefusesOrAsksForPatience)
{
    for (const unsigned status : {403U, 429U})
    {
        const ScriptedRelay relay{says_ok(true)};
        const ScriptedPeer gateway{answers(status, R"({"code":"policy.rejected"})")};
        const auto attempt = send({.routes = {"http://" + gateway.authority(), relay.url()},
                                   .allowed = {gateway.authority(), relay.authority()}});
        EXPECT_EQ(attempt.outcome, status == 403 ? Outcome::refused : Outcome::deferred);
        EXPECT_EQ(relay.connections(), 0U);
    }
}

TEST_F(NostrSending, AsksTheNextGatewayWhereOneDoesNotServeTheNumber)
{
    const ScriptedPeer first{answers(404, R"({"code":"gateway.not-served"})")};
    const ScriptedPeer second{answers(202, R"({"id":"x"})")};
    const auto attempt = send({.routes = {"http://" + first.authority(), "http://" + second.authority()},
                               .allowed = {first.authority(), second.authority()}});
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
}

TEST_F(NostrSending, NeverDialsInwardForAStrangersDocument)
{
    const ScriptedRelay relay{says_ok(true)};
    const auto attempt = send({.routes = {relay.url(), "http://" + relay.authority()}, .allowed = {}});
    EXPECT_EQ(attempt.outcome, Outcome::unreachable);
    EXPECT_EQ(relay.connections(), 0U);
}

TEST_F(NostrSending, DoesTheWorkThatARelayAsksForOnceAndUnderANewKey)
{
    const ScriptedRelay relay{
        [](const ClientMessage& message) -> std::vector<std::string>
        {
            const auto& event = std::get<client::Event>(message).event;
            const bool enough = seal::work_of(event) >= 10;
            return {encode(RelayMessage{relay::Ok{event.id, enough, enough ? "" : "pow: 10 bits needed"}})};
        }};
    const auto attempt = send({.routes = {relay.url()}, .allowed = {relay.authority()}});
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    const auto events = relay.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_NE(events[0].pubkey, events[1].pubkey);
    EXPECT_EQ(seal::open_wrap(events[1], secret(kReader)).value().rumor.content, "hello");
}

TEST_F(NostrSending, GivesUpWhereMoreWorkIsAskedForThanItDoes)
{
    const ScriptedRelay relay{says_ok(false, "pow: 40 bits needed")};
    const auto attempt = send({.routes = {relay.url()}, .allowed = {relay.authority()}});
    EXPECT_EQ(attempt.outcome, Outcome::refused);
    EXPECT_EQ(attempt.code, Errc::policy_challenge);
    EXPECT_EQ(relay.events().size(), 1U);
}

// MUST TICKET-02, TICKET-03
TEST_F(NostrSending, ShowsTheTicketBoundToItsOneTimeKey)
{
    const ScriptedRelay relay{says_ok(true)};
    const auto ticket = secret(0x55);
    send({.routes = {relay.url()}, .allowed = {relay.authority()}, .ticket = ticket});
    const auto events = relay.events();
    ASSERT_EQ(events.size(), 1U);
    const auto number = model::Number::from_value(8312345678901210).value();
    const auto day = seal::ticket_day_key(ticket, number, seal::utc_day(clock.now()));
    EXPECT_EQ(seal::ticket_of(events[0]).value(), seal::ticket_proof(day, events[0].pubkey.view()));
}

TEST_F(NostrSending, ProvesAThrowawayKeyToARelayThatWantsOne)
{
    bool proven = false;
    const ScriptedRelay relay{
        [&proven](const ClientMessage& message) -> std::vector<std::string>
        {
            if (const auto* auth = std::get_if<client::Auth>(&message))
            {
                proven = seal::verify(auth->event) && auth->event.kind == 22242;
                return {encode(RelayMessage{relay::Ok{auth->event.id, proven, ""}})};
            }
            const auto& event = std::get<client::Event>(message).event;
            return {encode(RelayMessage{relay::Ok{event.id, proven, proven ? "" : "auth-required: who?"}})};
        },
        {encode(RelayMessage{relay::Auth{"c"}})}};
    const auto attempt = send({.routes = {relay.url()}, .allowed = {relay.authority()}});
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_TRUE(proven);
}

TEST_F(NostrSending, FindsWhereAKeyTakesItsMessages)
{
    const ScriptedRelay inbox{says_ok(true)};
    const ScriptedRelay directory{knows({list_of(kReader, {"ws://127.0.0.1:9/old"}, 100),
                                         list_of(kReader, {inbox.url(), "https://not.a/relay"}, 200)})};
    const auto attempt = send({.routes = {}, .allowed = {inbox.authority()}, .relays = {directory.url()}});
    EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    EXPECT_EQ(inbox.events().size(), 1U);
    EXPECT_TRUE(directory.events().empty());
}

TEST_F(NostrSending, WaitsWhereAKeyListsNoRelaysUnlessToldOtherwise)
{
    const ScriptedRelay directory{knows({})};
    const auto waits = send({.routes = {}, .allowed = {}, .relays = {directory.url()}});
    EXPECT_EQ(waits.outcome, Outcome::deferred);
    EXPECT_TRUE(directory.events().empty());
    const auto goes =
        send({.routes = {}, .allowed = {}, .relays = {directory.url()}, .send_without_list = true});
    EXPECT_EQ(goes.outcome, Outcome::accepted) << goes.detail;
    EXPECT_EQ(send({.routes = {}, .allowed = {}}).outcome, Outcome::unreachable) << "no relay configured";
}

TEST_F(NostrSending, WritesToTheOwnersOwnKeyFromTheNodesAndTheSameAtEachAttempt)
{
    const ScriptedRelay relay{says_ok(true)};
    for (int i = 0; i < 2; ++i)
    {
        const auto attempt = send({.routes = {relay.url()}, .allowed = {relay.authority()}, .sealed = false});
        EXPECT_EQ(attempt.outcome, Outcome::accepted) << attempt.detail;
    }
    const auto events = relay.events();
    ASSERT_EQ(events.size(), 2U);
    const auto first = seal::open_wrap(events[0], secret(kReader)).value();
    const auto second = seal::open_wrap(events[1], secret(kReader)).value();
    EXPECT_EQ(first.seal_key, key(0x11));
    EXPECT_EQ(first.rumor.id, second.rumor.id);
    EXPECT_TRUE(first.rumor.content.starts_with("hello")) << first.rumor.content;
    EXPECT_NE(first.rumor.content.find("npub1somebody to 8312 3456 7890 1210"), std::string::npos);
    EXPECT_FALSE(first.group);
}

TEST(NostrRelayLists, BelieveTheNewestGenuineListOnly)
{
    auto forged = list_of(0x01, {"wss://forged.example/"}, 900);
    forged.pubkey = key(0x02);
    const std::vector<seal::Event> events{
        list_of(0x02, {"wss://old.example/"}, 100), list_of(0x02, {"wss://new.example/"}, 200),
        list_of(0x03, {"wss://other.example/"}, 300), forged, list_of(0x02, {"wss://ahead.example/"}, 5000)};
    const auto newest = RelayLists::newest(events, key(0x02), 1000);
    EXPECT_EQ(newest, std::vector<std::string>{"wss://new.example/"});
    EXPECT_TRUE(RelayLists::newest({}, key(0x02), 1000).empty());
}
} // namespace dmid::channels::nostr
