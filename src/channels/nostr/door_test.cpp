// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/door_session.hpp"
#include "channels/nostr/events.hpp"
#include "channels/nostr/testing_relay.hpp"
#include "net/run_blocking.hpp"
#include "net/source.hpp"

#include <gtest/gtest.h>

#include <mutex>

namespace dmid::channels::nostr
{
namespace
{
using test::FakeServed;
using test::key;
using test::secret;
using test::wrap_of;

constexpr std::uint8_t kInbox = 0x21;
constexpr UnixTime kNow = 1'790'000'000;

channel::Answer answer(channel::Yes yes, Errc code, unsigned work = 0)
{
    channel::Answer out;
    out.yes = yes;
    out.code = code;
    out.work = work;
    out.reason = "words";
    return out;
}

class YesInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound message) override
    {
        {
            const std::lock_guard lock{mutex_};
            bodies_.push_back(std::move(message.body));
        }
        channel::Answer yes;
        yes.yes = channel::Yes::yes;
        co_return yes;
    }
    /// What came in, in order.
    std::vector<std::string> bodies() const
    {
        const std::lock_guard lock{mutex_};
        return bodies_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> bodies_;
};

/// A door on a loopback port, and one client that says its lines in turn and hears so many messages.
struct Door
{
    explicit Door(RelayDoorOptions options = {})
        : door{inbox, served, clock, std::move(options)}
        , server{pool, nothing, door.handler()}
    {
        port = server.listen_tcp("127.0.0.1", 0).value();
        pool.start();
    }
    static net::Task<net::HttpResponse> nothing(net::HttpRequest) { co_return net::HttpResponse{}; }
    std::string url() const { return "ws://127.0.0.1:" + std::to_string(port) + "/"; }

    net::Task<Result<std::vector<std::string>>> talk(std::vector<std::string> lines, std::size_t hear)
    {
        net::WebSocketOptions options;
        options.guard = net::Guard::configured;
        auto where = net::parse_url(url()).value();
        DMID_CO_TRY(auto socket, co_await net::connect_websocket(dialer, std::move(where), options));
        for (auto& line : lines)
        {
            DMID_CO_TRY(co_await socket->write(std::move(line)));
        }
        std::vector<std::string> heard;
        while (heard.size() < hear)
        {
            DMID_CO_TRY(auto message, co_await socket->read());
            heard.push_back(std::move(message));
        }
        heard.erase(heard.begin()); // the challenge
        co_return heard;
    }
    std::vector<std::string> hears(std::vector<std::string> lines, std::size_t answers)
    {
        auto heard = net::run_blocking(talk(std::move(lines), answers + 1));
        EXPECT_TRUE(heard) << to_string(heard.error());
        return heard ? *heard : std::vector<std::string>(answers);
    }

    SystemClock clock;
    YesInbox inbox;
    FakeServed served{{kInbox}};
    RelayDoor door;
    net::Dialer dialer;
    std::uint16_t port = 0;
    net::IoPool pool{1};
    net::HttpServer server;
};
} // namespace

TEST(NostrDoor, SaysInMachineReadableWordsWhatTheInboxAnswered)
{
    using channel::Yes;
    EXPECT_EQ(words_of(answer(Yes::yes, Errc::internal_bug)), "");
    auto twice = answer(Yes::yes, Errc::internal_bug);
    twice.duplicate = true;
    EXPECT_EQ(prefix_of(words_of(twice)), Prefix::duplicate);
    EXPECT_EQ(words_of(answer(Yes::no, Errc::policy_challenge, 17)), "pow: 17 bits needed");
    EXPECT_EQ(words_of(answer(Yes::no, Errc::policy_challenge)), "restricted: words");
    EXPECT_EQ(words_of(answer(Yes::no, Errc::policy_rejected)), "restricted: words");
    EXPECT_EQ(words_of(answer(Yes::no, Errc::gateway_not_served)), "blocked: words");
    EXPECT_EQ(words_of(answer(Yes::no, Errc::message_signature)), "invalid: words");
    EXPECT_EQ(prefix_of(words_of(answer(Yes::later, Errc::policy_rate_limited))), Prefix::rate_limited);
    EXPECT_EQ(words_of(answer(Yes::later, Errc::store_full)), "error: try again later");
}

TEST(NostrDoor, CountsAHostByItsAddressOrItsNetwork)
{
    net::Peer peer;
    peer.address = "192.0.2.7";
    EXPECT_EQ(net::source_of(peer), "192.0.2.7");
    peer.address = "2001:db8::1";
    EXPECT_EQ(net::source_of(peer), "2001:db8::/64");
}

TEST(NostrDoor, TakesAWrapAndRefusesTheRestByKind)
{
    Door door;
    const auto wrap = wrap_of("hello", 1, kInbox, door.clock.now());
    auto note = wrap;
    note.kind = 1;
    const auto heard = door.hears({encode(ClientMessage{client::Event{wrap}}),
                                   encode(ClientMessage{client::Event{note}}), "[\"EVENT\",{}]", "]"},
                                  4);
    EXPECT_EQ(heard[0], "[\"OK\",\"" + to_hex(wrap.id.view()) + "\",true,\"\"]");
    EXPECT_NE(heard[1].find("false,\"blocked: "), std::string::npos);
    EXPECT_TRUE(heard[2].starts_with("[\"NOTICE\",\"invalid: ")) << heard[2];
    EXPECT_TRUE(heard[3].starts_with("[\"NOTICE\",\"invalid: ")) << heard[3];
}

TEST(NostrDoor, HandsTheEventOnAsItCameAndWritesItAnewWhereItCannot)
{
    Door door;
    const auto wrap = wrap_of("hello", 1, kInbox, door.clock.now());
    const auto json = seal::to_json(wrap);
    const auto spaced = "{ \"other\": [] , " + json.substr(1);
    // What follows the event is no part of the quick way's message.
    door.hears(
        {"[\"EVENT\"," + json + "]", " [ \"EVENT\" ,\n" + spaced + "\t] ", "[\"EVENT\"," + spaced + ",1]"},
        3);
    const auto bodies = door.inbox.bodies();
    ASSERT_EQ(bodies.size(), 3U);
    EXPECT_EQ(bodies[0], json);
    EXPECT_EQ(bodies[1], spaced);
    EXPECT_EQ(bodies[2], json);
    for (const auto& body : bodies)
        EXPECT_EQ(seal::parse_event(body).value(), wrap);
}

TEST(NostrDoor, ShowsItsOwnKeysToAllAndBoundsSubscriptions)
{
    RelayDoorOptions options;
    options.max_subscriptions = 2;
    Door door{options};
    const auto heard =
        door.hears({"[\"REQ\",\"a\",{\"kinds\":[10050]}]", "[\"REQ\",\"b\",{\"kinds\":[7]}]",
                    "[\"REQ\",\"c\",{}]", "[\"CLOSE\",\"a\"]", "[\"REQ\",\"c\",{\"kinds\":[7]}]"},
                   5);
    EXPECT_NE(heard[0].find("\"kind\":10050"), std::string::npos);
    EXPECT_EQ(heard[1], "[\"EOSE\",\"a\"]");
    EXPECT_EQ(heard[2], "[\"EOSE\",\"b\"]");
    EXPECT_EQ(heard[3], "[\"CLOSED\",\"c\",\"error: too many subscriptions\"]");
    EXPECT_EQ(heard[4], "[\"EOSE\",\"c\"]");
}

TEST(NostrDoor, TellsTheRelayUrlOfANode)
{
    EXPECT_EQ(as_relay_url("https://node.example"), "wss://node.example/");
    EXPECT_EQ(as_relay_url("http://127.0.0.1:8383/"), "ws://127.0.0.1:8383/");
    EXPECT_EQ(as_relay_url("wss://node.example/x"), "wss://node.example/x");
    EXPECT_EQ(as_relay_url("nonsense"), "");
}

TEST(NostrDoor, BelievesAnAuthForItsOwnChallengeNowOnly)
{
    const auto auth = [](std::string relay, std::string challenge, UnixTime at)
    {
        return seal::sign_event(auth_answer(std::move(relay), std::move(challenge), at), secret(1),
                                test::fresh())
            .value();
    };
    const std::vector<std::string> us{"node.example:443"};
    EXPECT_TRUE(check_auth(auth("wss://node.example", "c", kNow), "c", us, kNow + 600));
    EXPECT_FALSE(check_auth(auth("wss://node.example", "c", kNow), "c", us, kNow + 601));
    EXPECT_FALSE(check_auth(auth("wss://node.example", "d", kNow), "c", us, kNow));
    EXPECT_FALSE(check_auth(auth("wss://evil.example", "c", kNow), "c", us, kNow));
    auto forged = auth("wss://node.example", "c", kNow);
    forged.pubkey = key(2);
    EXPECT_FALSE(check_auth(forged, "c", us, kNow));
}

TEST(NostrShelf, KeepsTheNewestWithinItsBounds)
{
    Shelf shelf{10'000, 2, 100};
    const auto first = wrap_of("1", 1, kInbox, kNow);
    const auto second = wrap_of("2", 1, kInbox, kNow + 1);
    const auto third = wrap_of("3", 1, kInbox, kNow + 2);
    for (const auto& wrap : {first, second, third})
        shelf.put(key(kInbox), std::make_shared<const seal::Event>(wrap), kNow);
    const auto all = [&](UnixTime now) { return shelf.find({key(kInbox)}, {Filter{}}, 10, now); };
    EXPECT_EQ(all(kNow), (std::vector<seal::Event>{third, second})) << "two for one key, newest first";
    EXPECT_TRUE(shelf.find({key(0x22)}, {Filter{}}, 10, kNow).empty());
    Filter one;
    one.limit = 1;
    EXPECT_EQ(shelf.find({key(kInbox)}, {one}, 10, kNow), std::vector<seal::Event>{third});
    for (std::uint8_t i = 0; i < 10; ++i)
        shelf.put(key(static_cast<std::uint8_t>(0x50 + i)), std::make_shared<const seal::Event>(first), kNow);
    EXPECT_LE(shelf.bytes(), 10'000U);
    EXPECT_TRUE(all(kNow).empty()) << "the oldest made room";
    shelf.put(key(kInbox), std::make_shared<const seal::Event>(first), kNow);
    EXPECT_EQ(all(kNow + 100).size(), 1U);
    EXPECT_TRUE(all(kNow + 101).empty());
    EXPECT_EQ(shelf.bytes(), 0U);
}
} // namespace dmid::channels::nostr
