// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/testing_hook.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::webhook
{
namespace
{
using namespace test;

constexpr const char* kSaid = R"({"id":"m1","from":"ci/builds","text":"hello"})";

boost::json::value json_of(const net::HttpResponse& response)
{
    return codec::parse_json(response.body).value();
}

class WebhookIn : public ::testing::Test
{
protected:
    Hooked hooked{"127.0.0.1:9"};
    HearingInbox inbox;
};

TEST_F(WebhookIn, HearsAProgramByItsToken)
{
    inbox.say = "Which number?";
    Running running{hooked, inbox};
    const auto response = hooked.with_token(kSaid);
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(json_of(response).at("say").as_string(), "Which number?");
    const auto lines = inbox.lines();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].channel, "webhook");
    EXPECT_EQ(lines[0].account, "ci/builds");
    EXPECT_EQ(lines[0].native_id, "m1");
    EXPECT_EQ(lines[0].source, "webhook:ci");
    EXPECT_TRUE(lines[0].proven);
    EXPECT_GT(lines[0].sent_at, 0);
    EXPECT_TRUE(running.stop());
    EXPECT_EQ(hooked.with_token(kSaid).status, 503U) << "nobody runs any more";
}

TEST_F(WebhookIn, HearsAProgramByItsSignature)
{
    const Running running{hooked, inbox};
    const std::string body = R"({"from":"ci","text":"hello"})";
    EXPECT_EQ(hooked.with_key(body, Hooked::program_key(), "m7").status, 200U);
    ASSERT_EQ(inbox.lines().size(), 1U);
    EXPECT_EQ(inbox.lines()[0].native_id, "m7");
    EXPECT_EQ(inbox.lines()[0].account, "ci");
}

TEST_F(WebhookIn, HearsABoundUrlByTheSecretThatItsOwnerWasShown)
{
    const Running running{hooked, inbox};
    const std::string url = "https://owner.example/hook";
    const auto body = R"({"from":")" + url + R"(","text":"yes","replies_to":"msg_abc"})";
    const auto key = SigningKey::parse(hooked.channel().secret_of(url)).value();
    EXPECT_EQ(hooked.with_key(body, key).status, 200U);
    ASSERT_EQ(inbox.lines().size(), 1U);
    EXPECT_EQ(inbox.lines()[0].account, url);
    EXPECT_EQ(inbox.lines()[0].answers, "msg_abc");
    EXPECT_EQ(hooked.with_key(body, Hooked::program_key(), "m2").status, 401U);
    EXPECT_EQ(hooked.with_key(body, Hooked::url_key("https://other.example/"), "m3").status, 401U);
    EXPECT_EQ(hooked.with_token(R"({"id":"m4","from":"https://owner.example/hook","text":"yes"})").status,
              403U)
        << "a program's token speaks for no URL";
    EXPECT_EQ(inbox.lines().size(), 1U);
}

TEST_F(WebhookIn, GivesEveryStrangerTheSameAnswer)
{
    const Running running{hooked, inbox};
    std::vector<net::HttpResponse> answers;
    answers.push_back(hooked.with_token(kSaid, std::string{kToken} + "x"));
    answers.push_back(hooked.with_token(kSaid, std::string(kToken).substr(1)));
    answers.push_back(hooked.with_token(R"({"id":"m1","from":"nobody","text":"a"})", std::string(40, 'a')));
    answers.push_back(hooked.with_key(kSaid, Hooked::url_key("https://a.example/")));
    answers.push_back(hooked.with_key(R"({"from":"nobody","text":"a"})", Hooked::program_key()));
    answers.push_back(hooked.with_key(R"({"text":"a"})", Hooked::program_key()));
    answers.push_back(hooked.with_key(kSaid, Hooked::program_key(), "with.stop"));
    for (const auto& answer : answers)
    {
        EXPECT_EQ(answer.status, 401U);
        EXPECT_EQ(answer.body, answers[0].body);
    }
    EXPECT_EQ(hooked.request(kSaid, {}).status, 401U);
    EXPECT_TRUE(inbox.lines().empty());
}

TEST_F(WebhookIn, KeepsProgramsWithinTheirScope)
{
    const Running running{hooked, inbox};
    for (const auto* from : {"ci/others", "other", "other/builds", "ci/a b", "mailto:a@b.example"})
        EXPECT_EQ(hooked.with_token(std::string{R"({"id":"m1","text":"a","from":")"} + from + "\"}").status,
                  403U)
            << from;
    EXPECT_EQ(hooked.with_key(R"({"from":"ci/others","text":"a"})", Hooked::program_key()).status, 403U);
    EXPECT_EQ(hooked.with_token(R"({"id":"m1","text":"a"})").status, 200U) << "for itself it always speaks";
    EXPECT_EQ(inbox.lines().at(0).account, "ci");
}

TEST_F(WebhookIn, RefusesARequestOutsideItsWindow)
{
    const Running running{hooked, inbox};
    const std::string body = R"({"from":"ci","text":"hello"})";
    for (const std::int64_t late : {std::int64_t{400}, std::int64_t{-400}})
    {
        const auto response = hooked.with_key(body, Hooked::program_key(), "m1", late);
        EXPECT_EQ(response.status, 401U);
        EXPECT_EQ(json_of(response).at("code").as_string(), "message.time");
    }
    EXPECT_TRUE(inbox.lines().empty());
}

TEST_F(WebhookIn, KnowsARequestThatComesAgainAndRefusesAnotherUnderItsId)
{
    const Running running{hooked, inbox};
    EXPECT_EQ(json_of(hooked.with_token(kSaid)).at("status").as_string(), "taken");
    EXPECT_EQ(json_of(hooked.with_token(kSaid)).at("status").as_string(), "known");
    EXPECT_EQ(hooked.with_token(R"({"id":"m1","from":"ci/builds","text":"other"})").status, 409U);
    EXPECT_EQ(hooked.with_token(R"({"id":"m1","from":"ci/team-a","text":"hello"})").status, 200U)
        << "ids belong to a sender";
    EXPECT_EQ(inbox.lines().size(), 2U);
}

TEST_F(WebhookIn, TakesNothingThatTheInboxPutsOff)
{
    const Running running{hooked, inbox};
    inbox.verdict = channel::Yes::later;
    const auto later = hooked.with_token(kSaid);
    EXPECT_EQ(later.status, 503U);
    EXPECT_EQ(later.headers.get("Retry-After"), "5");
    inbox.verdict = channel::Yes::no;
    const auto no = hooked.with_token(kSaid);
    EXPECT_EQ(no.status, 422U);
    EXPECT_EQ(json_of(no).at("status").as_string(), "refused");
    inbox.verdict = channel::Yes::yes;
    EXPECT_EQ(json_of(hooked.with_token(kSaid)).at("status").as_string(), "taken");
    EXPECT_EQ(inbox.lines().size(), 3U);
}

TEST_F(WebhookIn, HandsOnWhatTheProgramDoesNotVouchForAsUnproven)
{
    const Running running{hooked, inbox};
    EXPECT_EQ(hooked.with_token(R"({"id":"m1","from":"ci/builds","vouched":false,"text":"a"})").status, 200U);
    EXPECT_FALSE(inbox.lines().at(0).proven);
}

TEST_F(WebhookIn, HandsOnReportsAndTriesThoseAgainThatAreNotKnownYet)
{
    const Running running{hooked, inbox};
    const auto before = inbox.asked_reports().size();
    inbox.unknown_reports = 2;
    EXPECT_EQ(hooked.with_token(R"({"type":"message.delivered","from":"ci/builds","of":"msg_a"})").status,
              200U);
    const auto reports = inbox.reports();
    EXPECT_EQ(inbox.asked_reports().size(), before + 3);
    ASSERT_FALSE(reports.empty());
    EXPECT_EQ(reports.back().account, "ci/builds");
    EXPECT_EQ(reports.back().known_as, "msg_a");
    EXPECT_EQ(reports.back().fate, channel::Report::Fate::delivered);
    inbox.unknown_reports = 99;
    EXPECT_EQ(hooked.with_token(R"({"type":"message.read","from":"ci/builds","of":"msg_b"})").status, 404U);
}

TEST_F(WebhookIn, RefusesWhatIsNoRequest)
{
    const Running running{hooked, inbox};
    EXPECT_EQ(hooked.with_token("{").status, 400U);
    EXPECT_EQ(hooked.with_token("{", std::string(40, 'a')).status, 401U) << "a stranger's body is not read";
    EXPECT_EQ(hooked.with_token(R"({"from":"ci","text":"without an id"})").status, 400U);
    EXPECT_EQ(hooked.with_key(R"({"id":"m2","from":"ci","text":"a"})", Hooked::program_key(), "m1").status,
              400U);
    EXPECT_EQ(hooked.with_token(std::string(hooked.channel().max_request() + 1, ' ')).status, 413U);
}

TEST(WebhookOptions, RefusesSecretsAndScopesThatAreNone)
{
    struct Case
    {
        ProgramOptions program;
        const char* why;
    };
    const Hooked hooked{"127.0.0.1:9"};
    hooked.write("short", "abc");
    const auto node = hooked.file("node");
    const auto token = hooked.file("token");
    const auto secret = hooked.file("secret");
    const std::vector<Case> cases{
        {{"CI", token, "", "", {}}, "name"},
        {{"a/b", token, "", "", {}}, "name"},
        {{"ci", "", "", "", {}}, "token_file or secret_file"},
        {{"ci", hooked.file("short"), "", "", {}}, "its token"},
        {{"ci", "", hooked.file("short"), "", {}}, "whsec_"},
        {{"ci", token, "", "https://a.example/", {}}, "secret_file"},
        {{"ci", token, secret, "http://a.example/", {}}, "url"},
        {{"ci", token, "", "", {"a*b"}}, "senders"},
    };
    for (const auto& [program, why] : cases)
    {
        const auto made = make_webhook_channel({node, "", {program}}, hooked.clock);
        ASSERT_FALSE(made) << why;
        EXPECT_NE(made.error().context.find(why), std::string::npos) << made.error().context;
        EXPECT_EQ(made.error().context.find("abc"), std::string::npos) << "what the file holds";
    }
    EXPECT_FALSE(make_webhook_channel({hooked.file("short"), "", {}}, hooked.clock));
    EXPECT_FALSE(make_webhook_channel({hooked.file("none"), "", {}}, hooked.clock));
    const ProgramOptions one{"one", token, "", "", {}};
    const ProgramOptions two{"two", token, "", "", {}};
    EXPECT_FALSE(make_webhook_channel({node, "", {one, two}}, hooked.clock)) << "one token for two programs";
    EXPECT_FALSE(make_webhook_channel({node, "", {one, one}}, hooked.clock));
}
} // namespace
} // namespace dmid::channels::webhook
