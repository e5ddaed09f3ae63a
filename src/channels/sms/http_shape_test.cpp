// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/http_shape.hpp"
#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
const ShapeValues kValues{"+491701234567", "D&M", "a \"b\" <c>\n€{to}", "id1", "k3y"};

TEST(HttpShape, ValuesAreEscapedForWhereTheyStand)
{
    EXPECT_EQ(fill("{to}/{to_digits}?f={from}", kValues, Escape::url),
              "%2B491701234567/491701234567?f=D%26M");
    EXPECT_EQ(fill("<t f='{from}'>{text}</t>", kValues, Escape::xml),
              "<t f='D&amp;M'>a &quot;b&quot; &lt;c&gt;\n€{to}</t>");
    EXPECT_EQ(fill("Bearer {secret}", kValues, Escape::none), "Bearer k3y");
    const auto body = fill(R"({"to":"{to}","m":{"text":"{text}"},"x":"{other}"})", kValues, Escape::json);
    const auto value = codec::parse_json(body);
    ASSERT_TRUE(value) << body;
    EXPECT_EQ(value->at("m").at("text").as_string(), "a \"b\" <c>\n€{to}")
        << "what is in a value is no place for another";
    EXPECT_EQ(value->at("x").as_string(), "{other}");
}

TEST(HttpShape, TheContentTypeSaysHowTheBodyIsEscaped)
{
    HttpShape shape;
    EXPECT_EQ(escape_of(shape), Escape::none);
    for (const auto& [type, escape] :
         std::vector<std::pair<std::string, Escape>>{{"application/json; charset=utf-8", Escape::json},
                                                     {"application/x-www-form-urlencoded", Escape::url},
                                                     {"text/xml", Escape::xml},
                                                     {"text/plain", Escape::none}})
    {
        shape.headers = {{"content-TYPE", type}};
        EXPECT_EQ(escape_of(shape), escape) << type;
    }
}

TEST(HttpShape, NeitherTextNorSecretStandsInAUrl)
{
    HttpShape shape;
    shape.url = "https://sms.example/send/{to}?id={id}";
    EXPECT_TRUE(check_shape(shape));
    for (const auto* url :
         {"https://sms.example/{text}", "https://sms.example/?key={secret}", "", "ftp://a/"})
    {
        shape.url = url;
        EXPECT_EQ(check_shape(shape).error().code, Errc::config_value) << url;
    }
}

TEST(HttpShape, TheIdIsFoundByItsPointer)
{
    constexpr auto kAnswer = R"({"messages":[{"id":"abc"},{"id":77}],"bad":"a b","none":{}})";
    EXPECT_EQ(id_in_answer(kAnswer, "/messages/0/id"), "abc");
    EXPECT_EQ(id_in_answer(kAnswer, "/messages/1/id"), "77");
    for (const auto* pointer : {"", "/messages/2/id", "/bad", "/none", "messages", "/~"})
        EXPECT_EQ(id_in_answer(kAnswer, pointer), "") << pointer;
    EXPECT_EQ(id_in_answer("<html>", "/id"), "");
    EXPECT_EQ(id_in_answer(R"({"id":")" + std::string(200, 'x') + R"("})", "/id"), "");
}
} // namespace
} // namespace dmid::channels::sms
