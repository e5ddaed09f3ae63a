// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/holder_lookup.hpp"
#include "net/run_blocking.hpp"
#include "net/testing_peer.hpp"

#include <gtest/gtest.h>

// An operator's register, and what is believed of its answers.
namespace dmid::channels::sms
{
namespace
{
using net::testing::RawSocket;

struct HolderAnswer
{
    Result<std::optional<std::string>> what = fail(Errc::internal_bug);
    std::string asked;
};

HolderAnswer ask_register(const std::string& response)
{
    HolderAnswer out;
    {
        const net::testing::ScriptedPeer peer{[&](const RawSocket& socket)
                                              {
                                                  out.asked = socket.read_until("\r\n\r\n");
                                                  socket.send(response);
                                              }};
        HttpShape shape;
        shape.method = "GET";
        shape.url = "http://" + peer.authority() + "/hlr/{to_digits}";
        shape.headers = {{"Authorization", "Bearer {secret}"}};
        shape.id_pointer = "/imsi";
        const std::shared_ptr<const HolderLookup> lookup =
            HolderLookup::make({shape, "k3y"}, std::make_shared<net::HttpClient>()).value();
        out.what = net::run_blocking(ask_holder(lookup, "+491701234567", net::Millis{2000}));
    }
    return out;
}

std::string json_answer(const std::string& body, const std::string& status = "200 OK")
{
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

TEST(HolderLookup, GivesWhatStandsWhereTheConfigurationSays)
{
    const auto answer = ask_register(json_answer(R"({"imsi":"262011234567890","status":"active"})"));
    ASSERT_TRUE(answer.what);
    EXPECT_EQ(*answer.what, "262011234567890");
    EXPECT_TRUE(answer.asked.starts_with("GET /hlr/491701234567 ")) << answer.asked;
    EXPECT_NE(answer.asked.find("Bearer k3y"), std::string::npos);
}

TEST(HolderLookup, AnAnswerWithoutAHolderSaysNothing)
{
    for (const std::string body : {"{}", R"({"imsi":null})", R"({"imsi":""})", "no JSON", "[]", ""})
    {
        const auto answer = ask_register(json_answer(body));
        ASSERT_TRUE(answer.what) << body;
        EXPECT_FALSE(answer.what->has_value()) << body;
    }
}

TEST(HolderLookup, AFailureIsNeverAnAnswerAndShowsNeitherNumberNorSecret)
{
    for (const auto& [status, code] :
         std::vector<std::pair<std::string, Errc>>{{"401 Unauthorized", Errc::channel_auth_failed},
                                                   {"404 Not Found", Errc::channel_refused},
                                                   {"429 Too Many Requests", Errc::channel_deferred},
                                                   {"503 Service Unavailable", Errc::channel_deferred},
                                                   {"302 Found", Errc::channel_refused}})
    {
        const auto answer = ask_register(json_answer(R"({"imsi":"1"})", status));
        ASSERT_FALSE(answer.what) << status;
        EXPECT_EQ(answer.what.error().code, code) << status;
        EXPECT_EQ(answer.what.error().context.find("491701234567"), std::string::npos);
        EXPECT_EQ(answer.what.error().context.find("k3y"), std::string::npos);
    }
    EXPECT_FALSE(ask_register("").what);
    EXPECT_FALSE(ask_register("garbage\r\n\r\n").what);
    EXPECT_FALSE(ask_register(json_answer(std::string(100'000, ' '))).what);
}

TEST(HolderLookup, WithoutARegisterNobodyIsAsked)
{
    EXPECT_FALSE(
        net::run_blocking(ask_holder(nullptr, "+491701234567", net::Millis{10})).value().has_value());
    HttpShape shape;
    shape.url = "https://a.example/";
    EXPECT_EQ(HolderLookup::make({shape, {}}, nullptr).error().code, Errc::config_missing);
}
} // namespace
} // namespace dmid::channels::sms
