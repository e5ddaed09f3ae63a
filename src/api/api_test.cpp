// SPDX-License-Identifier: Apache-2.0
// Every call of docs/protocol/http-api.md, over a real mailbox.
#include "api/api.hpp"
#include "gateway/node_for_test.hpp"

#include <boost/json.hpp>
#include <unistd.h>

namespace dmid::api
{
namespace
{
namespace json = boost::json;
using gateway::testing::Node;
using gateway::testing::Person;
using gateway::testing::run;

class ApiTest : public ::testing::Test
{
protected:
    Node node;
    Person ann;
    Api api{*node.context, *node.flow, NodeInfo{"1.2.3", "127.0.0.1:1", "http://here", "rehearsal"}};

    struct Reply
    {
        unsigned status = 0;
        json::value body;
        std::string type;
        std::string code() const
        {
            const auto* found = body.is_object() ? body.as_object().if_contains("code") : nullptr;
            return found != nullptr ? std::string{found->as_string()} : "";
        }
        const json::object& object() const { return body.as_object(); }
        std::string text(std::string_view key) const { return std::string{object().at(key).as_string()}; }
    };
    static Reply read(const net::HttpResponse& response)
    {
        Reply out;
        out.status = response.status;
        out.type = std::string{response.headers.get("Content-Type")};
        boost::system::error_code error;
        out.body = json::parse(response.body, error);
        return out;
    }
    static net::HttpRequest request(const std::string& method, const std::string& target,
                                    const std::string& body)
    {
        net::HttpRequest out;
        out.method = method;
        out.target = target;
        const auto question = target.find('?');
        out.path = target.substr(0, question);
        if (question != std::string::npos)
            out.query = target.substr(question + 1);
        out.body = body;
        out.peer.address = "192.0.2.9";
        return out;
    }
    Reply owner(const std::string& method, const std::string& target, const std::string& body = {})
    {
        auto asked = request(method, target, body);
        asked.peer.uid = ::getuid();
        return read(run(api.handle_owner(std::move(asked))));
    }
    Reply world(const std::string& method, const std::string& target, const std::string& body = {})
    {
        return read(run(api.handle_public(request(method, target, body))));
    }
    std::string envelope(const std::string& text) const
    {
        return R"({"v":1,"wrap":)" + seal::to_json(node.wrap(ann, text)) + "}";
    }
    std::string party() const { return model::to_string(ann.party()); }
};

// MUST API-03
TEST_F(ApiTest, HealthIsOkAndTellsTheWorldNoWords)
{
    EXPECT_EQ(world("GET", "/healthz").status, 200U);
    node.alarms.raise("store", "words with my-secret-label", 5);
    const auto ailing = world("GET", "/healthz");
    EXPECT_EQ(ailing.status, 503U);
    EXPECT_EQ(json::serialize(ailing.body).find("my-secret-label"), std::string::npos);
    const auto& check = ailing.object().at("checks").as_array().at(0).as_object();
    EXPECT_EQ(check.at("name"), "store");
    EXPECT_EQ(check.at("ok"), false);
    EXPECT_EQ(check.at("since"), 5);
}

// MUST API-03
TEST_F(ApiTest, TroubleOfAnOwnerIsForTheOwnersSocketAlone)
{
    const auto before = json::serialize(world("GET", "/healthz").body);
    node.alarms.raise("way my-secret-label", "messages for my-secret-label do not get through", 5);
    node.alarms.raise("epoch 8312345678901210", "it changed hands", 6);
    EXPECT_EQ(json::serialize(world("GET", "/healthz").body), before);
    const auto told = owner("GET", "/healthz");
    EXPECT_EQ(told.status, 503U);
    EXPECT_NE(json::serialize(told.body).find("my-secret-label"), std::string::npos);
    EXPECT_EQ(told.object().at("alarms").as_array().size(), 2U);
}

TEST_F(ApiTest, ChecksAreListedWithWordsAndSinceWhen)
{
    HealthBoard board;
    board.set("disk", true, "enough room", 10);
    board.set("disk", true, "enough room", 20);
    api.checks = [&] { return board.all(); };
    EXPECT_EQ(world("GET", "/healthz").object().at("checks").as_array().at(0).as_object().at("since"), 10);
    board.set("disk", false, "too little room", 30);
    board.set("disk", false, "too little room", 40);
    const auto ailing = world("GET", "/healthz");
    EXPECT_EQ(ailing.status, 503U);
    EXPECT_EQ(ailing.object().at("checks").as_array().at(0).as_object().at("since"), 30);
}

// MUST API-10
TEST_F(ApiTest, MetricsAreNotOnThePublicPortSinceTheyTellADropFromADelivery)
{
    api.metrics = [] { return std::string{"dmid_accepted_total 1\n"}; };
    EXPECT_EQ(world("GET", "/metrics").status, 404U);
    auto asked = request("GET", "/metrics", {});
    asked.peer.uid = ::getuid();
    EXPECT_EQ(run(api.handle_owner(std::move(asked))).body, "dmid_accepted_total 1\n");
    EXPECT_EQ(run(api.handle_watcher(request("GET", "/metrics", {}))).status, 200U);
    EXPECT_EQ(run(api.handle_watcher(request("GET", "/v1/inbox", {}))).status, 404U);
}

// MUST API-04, RCPT-01
TEST_F(ApiTest, AMessageIsTakenInWithAPromise)
{
    const auto sent = envelope("hello");
    const auto taken = world("POST", "/v1/messages", sent);
    ASSERT_EQ(taken.status, 202U);
    EXPECT_EQ(taken.text("status"), "accepted");
    EXPECT_EQ(taken.text("id").size(), 64U);
    const auto& promise = taken.object().at("promise").as_object();
    EXPECT_TRUE(promise.contains("signature"));
    EXPECT_EQ(promise.at("envelope"), boost::json::parse(sent).at("wrap").at("id"));
    EXPECT_EQ(taken.object().size(), 3U) << "nothing that tells a drop from a delivery";
}

// MUST API-01, API-02
TEST_F(ApiTest, AMessageOfAnotherFormIsRefusedByName)
{
    EXPECT_EQ(world("POST", "/v1/messages", "{").code(), "codec.syntax");
    EXPECT_EQ(world("POST", "/v1/messages", "[]").status, 400U);
    EXPECT_EQ(world("POST", "/v1/messages", "{}").status, 400U);
    EXPECT_EQ(world("POST", "/v1/messages", R"({"v":2,"wrap":{}})").code(), "codec.range");
    EXPECT_EQ(world("POST", "/v1/messages", R"({"v":1})").code(), "codec.missing-key");
    EXPECT_EQ(world("POST", "/v1/messages", R"({"v":1,"wrap":{},"signed":{}})").code(), "codec.missing-key");
    EXPECT_EQ(world("POST", "/v1/messages", R"({"v":1,"wrap":{},"more":1})").code(), "codec.unknown-key");
    EXPECT_EQ(world("POST", "/v1/messages", R"({"v":1,"wrap":{}})").code(), "message.event-invalid");
    const auto problem = world("POST", "/v1/messages", "{");
    EXPECT_EQ(problem.type, "application/problem+json");
    for (const auto* key : {"type", "title", "status", "code", "detail", "next"})
        EXPECT_TRUE(problem.object().contains(key)) << key;
}

// MUST API-05
TEST_F(ApiTest, AChallengeCarriesTheTerms)
{
    node.change(
        [](gateway::Served& next) {
            next.document.terms = {18, model::bit(model::Class::dmid_holder), ""};
        });
    node.budget.set_limits(0, 0);
    const auto refused = world("POST", "/v1/messages", envelope("x"));
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(refused.code(), "policy.challenge");
    const auto& terms = refused.object().at("terms").as_object();
    EXPECT_EQ(terms.at("work").to_number<int>(), 18);
    EXPECT_EQ(terms.at("proofs").as_array().at(0).as_string(), "dmid-holder");
}

TEST_F(ApiTest, WhatIsNoCallIsNotFound)
{
    EXPECT_EQ(world("GET", "/v1/messages").status, 404U);
    EXPECT_EQ(world("DELETE", "/healthz").status, 404U);
    EXPECT_EQ(world("GET", "/nowhere").status, 404U);
    EXPECT_EQ(owner("DELETE", "/v1/inbox").status, 404U);
    EXPECT_EQ(owner("GET", "/v1/threads/").status, 404U);
}

// MUST API-06
TEST_F(ApiTest, TheOwnersCallsAreNotOfTheWorld)
{
    for (const auto* path :
         {"/v1/inbox", "/v1/node", "/v1/threads", "/v1/channels", "/v1/policy", "/v1/events"})
        EXPECT_EQ(world("GET", path).status, 404U) << path;
    for (const auto* path : {"/v1/send", "/v1/accept", "/v1/block", "/v1/bind", "/v1/reload"})
        EXPECT_EQ(world("POST", path, "{}").status, 404U) << path;
}

// MUST API-07
TEST_F(ApiTest, AnotherUserOfTheMachineIsNotTheOwner)
{
    auto asked = request("GET", "/v1/inbox", "");
    EXPECT_EQ(read(run(api.handle_owner(asked))).code(), "gateway.unauthorised") << "no uid at all";
    asked.peer.uid = ::getuid() + 4711;
    EXPECT_EQ(read(run(api.handle_owner(asked))).status, 401U);
}

TEST_F(ApiTest, TheNodeSaysWhatItServes)
{
    const auto info = owner("GET", "/v1/node");
    ASSERT_EQ(info.status, 200U);
    EXPECT_EQ(info.text("version"), "1.2.3");
    const auto& number = info.object().at("numbers").as_array().at(0).as_object();
    EXPECT_EQ(number.at("number").as_string(), "8312 3456 7890 1210");
    EXPECT_TRUE(number.at("policy").is_null());
    EXPECT_TRUE(info.object().contains("alarms"));
    EXPECT_EQ(info.object().at("chain").at("problem").as_string(), "chain.endpoint-unreachable");
}

TEST_F(ApiTest, TheInboxHasPagesAndMessages)
{
    for (int i = 0; i < 5; ++i)
        ASSERT_EQ(world("POST", "/v1/messages", envelope(std::to_string(i))).status, 202U);
    const auto first = owner("GET", "/v1/inbox?limit=2");
    ASSERT_EQ(first.object().at("messages").as_array().size(), 2U);
    const auto next = first.object().at("next").to_number<std::uint64_t>();
    const auto rest = owner("GET", "/v1/inbox?limit=10&after=" + std::to_string(next));
    EXPECT_EQ(rest.object().at("messages").as_array().size(), 3U);
    EXPECT_TRUE(rest.object().at("next").is_null());
    const auto requests = owner("GET", "/v1/inbox?requests=1&limit=3");
    ASSERT_EQ(requests.object().at("messages").as_array().size(), 3U);
    const auto from = requests.object().at("next").to_number<std::uint64_t>();
    EXPECT_EQ(owner("GET", "/v1/inbox?requests=1&after=" + std::to_string(from))
                  .object()
                  .at("messages")
                  .as_array()
                  .size(),
              2U);
    const auto& message = first.object().at("messages").as_array().at(0).as_object();
    for (const auto* key : {"id", "position", "thread", "direction", "with", "proofs", "text", "subject",
                            "sent_at", "received_at", "state", "why", "receipts"})
        EXPECT_TRUE(message.contains(key)) << key;
    EXPECT_EQ(message.at("state").as_string(), "request");
    const auto one = owner("GET", "/v1/messages/" + std::string{message.at("id").as_string()});
    EXPECT_EQ(one.text("text"), "0");
    EXPECT_EQ(owner("GET", "/v1/inbox?limit=x").code(), "codec.type");
    EXPECT_EQ(owner("GET", "/v1/messages/zz").status, 400U);
    EXPECT_EQ(owner("GET", "/v1/messages/" + std::string(64, '0')).code(), "gateway.no-such-entry");
}

TEST_F(ApiTest, ThreadsAreListedAndRead)
{
    world("POST", "/v1/messages", envelope("hello"));
    const auto listed = owner("GET", "/v1/threads");
    ASSERT_EQ(listed.object().at("threads").as_array().size(), 1U);
    const auto& thread = listed.object().at("threads").as_array().at(0).as_object();
    EXPECT_EQ(thread.at("with").as_object().at("kind").as_string(), "nostr");
    const auto read_back = owner("GET", "/v1/threads/" + std::string{thread.at("thread").as_string()});
    EXPECT_EQ(read_back.object().at("messages").as_array().size(), 1U);
    EXPECT_EQ(owner("GET", "/v1/threads/" + std::string(64, '0')).status, 404U);
}

TEST_F(ApiTest, AcceptAndBlockNameExactlyOneThing)
{
    const auto id = world("POST", "/v1/messages", envelope("hello")).text("id");
    const auto accepted = owner("POST", "/v1/accept", R"({"message":")" + id + "\"}");
    ASSERT_EQ(accepted.status, 200U) << json::serialize(accepted.body);
    EXPECT_EQ(accepted.object().at("released").to_number<int>(), 1);
    EXPECT_TRUE(accepted.object().at("party").as_object().at("contact").as_bool());
    const auto blocked = owner("POST", "/v1/block", R"({"party":")" + party() + "\"}");
    EXPECT_TRUE(blocked.object().at("party").as_object().at("blocked").as_bool());
    for (const auto* call : {"/v1/accept", "/v1/block", "/v1/confirm"})
    {
        EXPECT_EQ(owner("POST", call, "{}").code(), "codec.missing-key") << call;
        EXPECT_EQ(owner("POST", call, R"({"party":"a","message":"b"})").code(), "codec.missing-key");
        EXPECT_EQ(owner("POST", call, R"({"party":"a","more":1})").code(), "codec.unknown-key");
        EXPECT_EQ(owner("POST", call, R"({"party":7})").code(), "codec.type");
        EXPECT_EQ(owner("POST", call, "nonsense").code(), "codec.syntax");
    }
    EXPECT_EQ(owner("POST", "/v1/confirm", R"({"party":")" + party() + "\"}").code(), "input.usage");
}

TEST_F(ApiTest, SendAndReply)
{
    const auto id = world("POST", "/v1/messages", envelope("hello")).text("id");
    const auto sent = owner("POST", "/v1/send", R"({"to":")" + party() + R"(","text":"hi","subject":"s"})");
    ASSERT_EQ(sent.status, 202U) << json::serialize(sent.body);
    EXPECT_EQ(sent.text("thread").size(), 64U);
    EXPECT_EQ(owner("POST", "/v1/reply", R"({"message":")" + id + R"(","text":"yes"})").status, 202U);
    EXPECT_EQ(owner("POST", "/v1/send", R"({"to":"x"})").code(), "codec.missing-key");
    EXPECT_EQ(owner("POST", "/v1/send", R"({"to":"x","text":"y","cc":"z"})").code(), "codec.unknown-key");
    EXPECT_EQ(
        owner("POST", "/v1/send", R"({"to":")" + party() + R"(","text":")" + std::string(25'000, 'x') + "\"}")
            .code(),
        "message.too-large");
    EXPECT_EQ(owner("POST", "/v1/reply", R"({"text":"y"})").code(), "codec.missing-key");
}

TEST_F(ApiTest, ABindingIsProvenByItsCode)
{
    const auto begun =
        owner("POST", "/v1/bind", R"({"channel":"email","address":"me@example.org","label":"mail"})");
    ASSERT_EQ(begun.status, 202U) << json::serialize(begun.body);
    EXPECT_EQ(begun.object().size(), 3U) << "the code itself is not in the answer";
    ASSERT_EQ(node.paper.sent.size(), 1U);
    const auto& text = node.paper.sent[0].message.text;
    EXPECT_NE(text.find("8312 3456 7890 1210"), std::string::npos);
    EXPECT_NE(text.find("STOP"), std::string::npos);
    const auto code = text.substr(text.find("Code: ") + 6, 9);
    EXPECT_EQ(owner("POST", "/v1/bind/confirm", R"({"label":"mail","code":"aaaa-aaaa"})").status, 401U);
    EXPECT_EQ(owner("POST", "/v1/bind/confirm", R"({"label":"mail","code":")" + code + "\"}").text("state"),
              "bound");
    const auto channels = owner("GET", "/v1/channels");
    EXPECT_EQ(channels.object().at("bindings").as_array().at(0).as_object().at("state").as_string(), "bound");
    EXPECT_EQ(channels.object().at("channels").as_array().size(), 2U);
    EXPECT_EQ(owner("POST", "/v1/unbind", R"({"label":"mail"})").text("state"), "unbound");
    EXPECT_EQ(owner("POST", "/v1/unbind", R"({"label":"mail"})").code(), "gateway.no-such-entry");
    EXPECT_EQ(owner("POST", "/v1/bind", R"({"channel":"pigeon","address":"x"})").code(), "channel.unknown");
    EXPECT_EQ(owner("POST", "/v1/bind", R"({"channel":"email","address":"x"})").code(),
              "channel.address-invalid");
    EXPECT_EQ(owner("POST", "/v1/bind", R"({"channel":"email","address":"a@b","label":"No!"})").code(),
              "policy.value");
}

TEST_F(ApiTest, APolicyIsPreparedSignedAndSet)
{
    EXPECT_EQ(owner("GET", "/v1/policy").status, 404U);
    const auto prepared = owner("POST", "/v1/policy/prepare", R"({"toml":"default = \"request\"\n"})");
    ASSERT_EQ(prepared.status, 200U) << json::serialize(prepared.body);
    EXPECT_EQ(prepared.object().at("seq").to_number<int>(), 1);
    EXPECT_EQ(owner("POST", "/v1/policy/prepare", R"({"toml":"nonsense ="})").code(), "policy.syntax");
    EXPECT_EQ(
        owner("POST", "/v1/policy/prepare", R"({"toml":"default = \"request\"\nsubscribe = []\n"})").code(),
        "policy.not-implemented");
    EXPECT_EQ(owner("PUT", "/v1/policy", R"({"policy":"!!"})").status, 400U);
    EXPECT_EQ(owner("PUT", "/v1/policy", R"({"policy":""})").status, 400U);

    const auto content =
        gateway::prepare_policy(*node.context, *node.served(), "default = \"request\"\n").value();
    model::SignedPolicy out{content, {}};
    out.signature =
        crypto::sign_schnorr(model::policy_hash(content), node.policy_key.secret, Hash32{}).value();
    const auto body = R"({"policy":")" + to_base64(model::encode_policy(out).value()) + "\"}";
    const auto set = owner("PUT", "/v1/policy", body);
    ASSERT_EQ(set.status, 200U) << json::serialize(set.body);
    EXPECT_EQ(owner("PUT", "/v1/policy", body).code(), "policy.seq");
    const auto present = owner("GET", "/v1/policy");
    for (const auto* key : {"seq", "hash", "toml", "words", "signed_by"})
        EXPECT_TRUE(present.object().contains(key)) << key;
}

// MUST API-08
TEST_F(ApiTest, ANumberIsNamedWhereItMatters)
{
    EXPECT_EQ(owner("GET", "/v1/inbox?number=8312345678901210").status, 200U);
    EXPECT_EQ(owner("GET", "/v1/inbox?number=8345678901234548").code(), "gateway.not-served");
    EXPECT_EQ(owner("GET", "/v1/inbox?number=1").status, 400U);
}

/// Takes what is written and closes after so many pieces.
struct Collector final : net::BodyWriter
{
    std::vector<std::string> pieces;
    std::size_t most = 1;
    net::Task<Result<>> write(std::string piece) override
    {
        pieces.push_back(std::move(piece));
        co_return Result<>{};
    }
    bool closing() const override { return pieces.size() >= most; }
};

// MUST API-09
TEST_F(ApiTest, EventsGoOnBehindTheLastSeen)
{
    world("POST", "/v1/messages", envelope("one"));
    world("POST", "/v1/messages", envelope("two"));
    auto asked = request("GET", "/v1/events", "");
    asked.peer.uid = ::getuid();
    asked.headers.set("Last-Event-ID", "0");
    auto response = run(api.handle_owner(asked));
    EXPECT_EQ(response.headers.get("Content-Type"), "text/event-stream");
    Collector all;
    all.most = 2;
    ASSERT_TRUE(run(response.stream(all)));
    EXPECT_NE(all.pieces[0].find("event: request"), std::string::npos);
    EXPECT_NE(all.pieces[1].find("\"two\""), std::string::npos);
    const auto id = all.pieces[0].substr(4, all.pieces[0].find('\n') - 4);
    asked.headers.set("Last-Event-ID", id);
    Collector rest;
    response = run(api.handle_owner(asked));
    ASSERT_TRUE(run(response.stream(rest)));
    EXPECT_EQ(rest.pieces[0], all.pieces[1]);
}

TEST_F(ApiTest, ResolvingWithoutAChainSaysTryLater)
{
    const auto said = world("GET", "/v1/resolve/8312345678901210");
    EXPECT_GE(said.status, 400U);
    EXPECT_FALSE(said.code().empty());
    EXPECT_EQ(world("GET", "/v1/resolve/%zz").status, 400U);
    EXPECT_EQ(world("GET", "/v1/resolve/nonsense").status, 400U);
}
} // namespace
} // namespace dmid::api
