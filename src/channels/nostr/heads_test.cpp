// SPDX-License-Identifier: Apache-2.0
#include "channels/nostr/head_carrier.hpp"
#include "channels/nostr/head_events.hpp"
#include "channels/nostr/peers.hpp"
#include "channels/nostr/relay_door.hpp"
#include "channels/nostr/testing_relay.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::nostr
{
namespace
{
using test::FakeServed;
using test::key;
using test::secret;

constexpr std::uint8_t kHeadInbox = 0x21;
constexpr UnixTime kHeadNow = 1'790'000'000;
const Bytes kHead{0xa1, 0x61, 0x76, 0x01};

class NoInbox final : public channel::Inbox
{
public:
    net::Task<channel::Answer> receive(channel::Inbound) override { co_return channel::Answer{}; }
};

/// Keeps the last, or refuses as it is told.
class FakeShelf final : public channel::HeadShelf
{
public:
    std::optional<Errc> refusal;
    std::vector<Bytes> taken;
    std::vector<std::string> kept;

    net::Task<Result<>> take(Bytes head, std::string event, std::string) override
    {
        if (refusal)
            co_return fail(*refusal);
        taken.push_back(std::move(head));
        kept.push_back(std::move(event));
        co_return Result<>{};
    }
    std::vector<std::string> events(const std::vector<XOnlyKey>& authors) const override
    {
        return authors.empty() || kept.empty() ? std::vector<std::string>{} : std::vector{kept.back()};
    }
};

channel::HeadsOf heads_of()
{
    return {model::test::identity(), key(kHeadInbox), {key(kHeadInbox), key(9)}};
}

/// A relay door with a shelf, and a carrier that comes to it.
class NostrHeadsTest : public ::testing::Test
{
protected:
    NoInbox inbox;
    FakeServed served{{kHeadInbox}};
    ManualClock clock{kHeadNow};
    FakeShelf shelf;
    net::IoPool pool{1};
    RelayDoor door{inbox, served, clock, options()};
    net::HttpServer server{
        pool, [this](net::HttpRequest request) { return answer(this, std::move(request)); }, door.handler()};
    std::uint16_t port = server.listen_tcp("127.0.0.1", 0).value();
    net::Dialer dialer{net::AllowList::from(std::vector{"127.0.0.1:" + std::to_string(port)}).value()};
    net::HttpClient http{dialer};
    NostrHeads carrier{http, dialer, served, clock};
    std::vector<net::HttpRequest> requests;
    net::HttpResponse response;

    NostrHeadsTest() { pool.start(); }
    ~NostrHeadsTest() override { server.stop(net::Millis{0}); }

    RelayDoorOptions options()
    {
        RelayDoorOptions out;
        out.heads = &shelf;
        return out;
    }
    static net::Task<net::HttpResponse> answer(NostrHeadsTest* self, net::HttpRequest request)
    {
        self->requests.push_back(std::move(request));
        co_return self->response;
    }
    std::string relay() const { return "ws://127.0.0.1:" + std::to_string(port); }
    std::string gateway() const { return "http://127.0.0.1:" + std::to_string(port); }
};

net::Task<Result<Reply>> publish(net::Dialer dialer, std::string url, seal::Event event)
{
    co_return co_await publish_to_relay(dialer, std::move(url), std::move(event), net::Guard::outside,
                                        net::deadline_in(net::Millis{5000}), kHeadNow);
}

// MUST POL-26
TEST(HeadEvents, AreAddressableApplicationData)
{
    const auto body = head_event(model::test::identity(), kHead);
    EXPECT_EQ(body.kind, 30078U);
    ASSERT_EQ(body.tags.size(), 1U);
    EXPECT_EQ(body.tags[0],
              (seal::Tag{"d", "dmid/head/did:dmid:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:"
                              "8312345678901210"}));
    EXPECT_EQ(head_in(body).value(), kHead);
}

TEST(HeadEvents, OfOthersAreRefused)
{
    auto body = head_event(model::test::identity(), kHead);
    body.tags = {{"d", "settings"}};
    EXPECT_EQ(head_in(body).error().code, Errc::message_kind);
    body.tags.clear();
    EXPECT_EQ(head_in(body).error().code, Errc::message_kind);
    body = head_event(model::test::identity(), kHead);
    body.kind = 30000;
    EXPECT_EQ(head_in(body).error().code, Errc::message_kind);
    body = head_event(model::test::identity(), kHead);
    body.content = "not base64!";
    EXPECT_FALSE(head_in(body));
    body.content.assign(4096, 'A');
    EXPECT_EQ(head_in(body).error().code, Errc::message_too_large);
}

TEST_F(NostrHeadsTest, GoToARelayAndComeBack)
{
    EXPECT_TRUE(net::run_blocking(carrier.ask(relay(), heads_of())).value().empty());
    const auto left = net::run_blocking(carrier.leave(relay(), heads_of(), kHead));
    ASSERT_TRUE(left) << to_string(left.error());
    EXPECT_EQ(shelf.taken, std::vector<Bytes>{kHead});
    const auto event = seal::parse_event(shelf.kept.back()).value();
    EXPECT_EQ(event.pubkey, key(kHeadInbox));
    EXPECT_TRUE(seal::verify(event));
    EXPECT_EQ(net::run_blocking(carrier.ask(relay(), heads_of())).value(), std::vector<Bytes>{kHead});
}

TEST_F(NostrHeadsTest, AreNotShownToWhoAsksForAnotherNumberOrNoAuthor)
{
    ASSERT_TRUE(net::run_blocking(carrier.leave(relay(), heads_of(), kHead)));
    auto other = heads_of();
    other.identity.network.chain_id = 1;
    EXPECT_TRUE(net::run_blocking(carrier.ask(relay(), other)).value().empty());
    auto nobody = heads_of();
    nobody.authors = {key(9)};
    EXPECT_TRUE(net::run_blocking(carrier.ask(relay(), nobody)).value().empty());
}

TEST_F(NostrHeadsTest, ThatADoorRefusesAreRefused)
{
    for (const auto code : {Errc::policy_seq, Errc::gateway_not_served, Errc::policy_rate_limited})
    {
        shelf.refusal = code;
        EXPECT_FALSE(net::run_blocking(carrier.leave(relay(), heads_of(), kHead))) << name(code);
    }
}

TEST_F(NostrHeadsTest, UnderAForgedEventReachNoShelf)
{
    auto body = head_event(model::test::identity(), kHead);
    auto event = seal::sign_event(std::move(body), secret(kHeadInbox), Hash32{}).value();
    event.created_at += 1;
    const auto reply = net::run_blocking(publish(dialer, relay(), event));
    EXPECT_EQ(reply->attempt.outcome, channel::Outcome::refused);
    EXPECT_TRUE(shelf.taken.empty());
}

// MUST POL-26
TEST_F(NostrHeadsTest, GoToAGatewayAndComeBack)
{
    response.body = R"({"seq":1})";
    ASSERT_TRUE(net::run_blocking(carrier.leave(gateway(), heads_of(), kHead)));
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "PUT");
    EXPECT_EQ(requests[0].path, "/v1/heads/8312345678901210");
    EXPECT_EQ(requests[0].body, "{\"head\":\"" + to_base64(kHead) + "\"}");
    response.body = R"({"number":"8312 3456 7890 1210","heads":[")" + to_base64(kHead) + "\"]}";
    EXPECT_EQ(net::run_blocking(carrier.ask(gateway() + "/", heads_of())).value(), std::vector<Bytes>{kHead});
    EXPECT_EQ(requests[1].method, "GET");
    EXPECT_EQ(requests[1].path, "/v1/heads/8312345678901210");
}

TEST_F(NostrHeadsTest, APageOfSomebodyElseSaysNothingOfHeads)
{
    for (const auto* page : {"", "<html>", "{}", R"({"heads":null})", R"({"heads":["!"]})", R"({"heads":7})"})
    {
        response.body = page;
        EXPECT_FALSE(net::run_blocking(carrier.ask(gateway(), heads_of()))) << page;
    }
    response.status = 404;
    response.body = R"({"code":"gateway.not-served"})";
    const auto left = net::run_blocking(carrier.leave(gateway(), heads_of(), kHead));
    EXPECT_EQ(left.error().code, Errc::channel_refused);
    EXPECT_EQ(left.error().context, "gateway.not-served");
    response.body = R"({"code":"<b>words of others</b>"})";
    EXPECT_EQ(net::run_blocking(carrier.leave(gateway(), heads_of(), kHead)).error().context, "status 404");
}
} // namespace
} // namespace dmid::channels::nostr
