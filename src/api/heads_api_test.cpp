// SPDX-License-Identifier: Apache-2.0
#include "api/api.hpp"
#include "gateway/heads_for_test.hpp"

#include <boost/json.hpp>
#include <unistd.h>

namespace dmid::api
{
namespace
{
namespace json = boost::json;
using gateway::testing::HeadNode;
using gateway::testing::run;

net::Task<Result<XOnlyKey>> nobody(model::Identity)
{
    co_return fail(Errc::gateway_not_served);
}

class HeadsApiTest : public ::testing::Test
{
protected:
    HeadNode node;
    Api api{*node.context, *node.flow, NodeInfo{"1.2.3", "127.0.0.1:1", "http://here", "rehearsal"}};
    gateway::HeadDoor door{*node.context, nobody};
    const std::string place = "/v1/heads/" + node.number().digits();

    HeadsApiTest() { api.heads = &door; }

    json::object ask(const std::string& method, const std::string& target, const std::string& body = {},
                     bool owner = false)
    {
        net::HttpRequest request;
        request.method = method;
        request.target = target;
        request.path = target;
        request.body = body;
        request.peer.address = "192.0.2.9";
        if (owner)
            request.peer.uid = ::getuid();
        const auto response =
            run(owner ? api.handle_owner(std::move(request)) : api.handle_public(std::move(request)));
        auto value = json::parse(response.body).as_object();
        value["http"] = response.status;
        return value;
    }
    static std::string body_of(const model::PolicyHead& head)
    {
        return json::serialize(json::object{{"head", to_base64(model::encode_head(head))}});
    }
    static std::string code(const json::object& answer)
    {
        return answer.contains("code") ? std::string{answer.at("code").as_string()} : std::string{};
    }
};

// MUST POL-26
TEST_F(HeadsApiTest, ADoorTakesAHeadAndShowsIt)
{
    EXPECT_TRUE(ask("GET", place).at("heads").as_array().empty());
    const auto head = node.head(1, 7, node.clock.now());
    EXPECT_EQ(ask("PUT", place, body_of(head)).at("http"), 200);
    const auto shown = ask("GET", place).at("heads").as_array();
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(shown[0].as_string(), to_base64(model::encode_head(head)));
    EXPECT_EQ(code(ask("PUT", place, body_of(node.head(1, 7, node.clock.now() - 1)))), "policy.seq");
}

TEST_F(HeadsApiTest, ADoorRefusesWhatIsNone)
{
    EXPECT_EQ(ask("PUT", place, "{}").at("http"), 400);
    EXPECT_EQ(ask("PUT", place, R"({"head":"!"})").at("http"), 400);
    EXPECT_EQ(ask("PUT", place, R"({"head":"AAAA"})").at("http"), 400);
    EXPECT_EQ(ask("PUT", place, R"({"head":"","more":1})").at("http"), 400);
    EXPECT_EQ(ask("PUT", "/v1/heads/123", body_of(node.head(1, 7, 1))).at("http"), 400);
    EXPECT_EQ(ask("GET", "/v1/heads/").at("http"), 400);
    EXPECT_EQ(code(ask("PUT", "/v1/heads/8345678901234548", body_of(node.head(1, 7, node.clock.now())))),
              "policy.signature");
    auto forged = node.head(1, 7, node.clock.now());
    forged.position.seq = 2;
    EXPECT_EQ(code(ask("PUT", place, body_of(forged))), "policy.signature");
}

TEST_F(HeadsApiTest, TheOwnerSeesHowItStandsAndSigns)
{
    node.holds(false);
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    node.round();
    auto seen = ask("GET", "/v1/policy/head", {}, true);
    EXPECT_EQ(seen.at("standing"), "counts");
    EXPECT_EQ(seen.at("signs"), false);
    EXPECT_EQ(seen.at("bounded"), true);
    EXPECT_TRUE(seen.at("head").is_null());
    const auto position = node.served()->policy->position;
    EXPECT_EQ(code(ask("PUT", "/v1/policy/head", body_of(node.head(9, 9, node.clock.now())), true)),
              "policy.seq")
        << "of another policy";
    const auto head = node.head(position, node.clock.now(), node.policy_key);
    EXPECT_EQ(ask("PUT", "/v1/policy/head", body_of(head), true).at("http"), 200);
    node.places.at[HeadNode::kRelay].silent = true;
    node.pass(3700);
    node.round();
    seen = ask("GET", "/v1/policy/head", {}, true);
    EXPECT_EQ(seen.at("head").as_object().at("age"), 3700);
    std::map<std::string, std::string> states;
    for (const auto& one : seen.at("places").as_array())
        states[std::string{one.at("url").as_string()}] = std::string{one.at("state").as_string()};
    EXPECT_EQ(states[HeadNode::kGateway], "holds");
    EXPECT_EQ(states[HeadNode::kRelay], "silent");
    EXPECT_EQ(states["https://me.example.org"], "self");
    EXPECT_EQ(ask("GET", "/v1/policy/head").at("http"), 404) << "not at the public door";
}

// MUST POL-28
TEST_F(HeadsApiTest, ARestoredPolicyIsNotSignedForBeforeItsOwnerSpoke)
{
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    gateway::hold_policy(*node.context, node.number());
    const auto head = node.head(node.served()->policy->position, node.clock.now(), node.policy_key);
    EXPECT_EQ(ask("GET", "/v1/policy", {}, true).at("standing"), "waiting");
    EXPECT_EQ(code(ask("PUT", "/v1/policy/head", body_of(head), true)), "policy.seq");
    const auto confirmed = ask("POST", "/v1/policy/confirm", "{}", true);
    EXPECT_EQ(confirmed.at("was_held"), true);
    EXPECT_TRUE(confirmed.at("newer").is_null());
    EXPECT_EQ(ask("PUT", "/v1/policy/head", body_of(head), true).at("http"), 200);
}

// MUST POL-29
TEST_F(HeadsApiTest, ConfirmingAgainstANewerHeadNamesIt)
{
    ASSERT_TRUE(node.policy("default = \"drop\"\n"));
    ASSERT_EQ(ask("PUT", place, body_of(node.head(4, 4, node.clock.now()))).at("http"), 200);
    EXPECT_EQ(ask("GET", "/v1/policy", {}, true).at("standing"), "superseded");
    const auto confirmed = ask("POST", "/v1/policy/confirm", "{}", true);
    EXPECT_EQ(confirmed.at("newer").as_object().at("seq"), 4);
    EXPECT_EQ(ask("GET", "/v1/policy", {}, true).at("standing"), "counts");
    EXPECT_EQ(ask("POST", "/v1/policy/prepare", R"({"toml":"default = \"request\"\n"})", true).at("seq"), 5);
}
} // namespace
} // namespace dmid::api
