// SPDX-License-Identifier: Apache-2.0
#include "net/http_parser.hpp"

#include <gtest/gtest.h>

namespace dmid::net
{
namespace
{
Result<HttpRequest> parse(std::string_view text, HttpLimits limits = {})
{
    HttpRequestParser parser{limits};
    DMID_TRY(parser.feed(as_bytes(text)));
    if (!parser.done())
        return fail(Errc::net_closed, "incomplete");
    return parser.take();
}

Errc parser_refusal(std::string_view text, HttpLimits limits = {})
{
    const auto request = parse(text, limits);
    return request ? Errc::internal_bug : request.error().code;
}
} // namespace

TEST(HttpRequestParser, ReadsARequest)
{
    const auto request =
        parse("POST /v1/messages?x=%20y HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    ASSERT_TRUE(request) << request.error().context;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/v1/messages");
    EXPECT_EQ(request->query, "x=%20y");
    EXPECT_EQ(query_value(request->query, "x"), " y");
    EXPECT_EQ(request->headers.get("HOST"), "a");
    EXPECT_EQ(request->body, "abc");
}

TEST(HttpRequestParser, TakesBytesOneByOneAndLeavesTheNextRequest)
{
    const std::string two = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "2;ext\r\nab\r\n1\r\nc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    HttpRequestParser parser{{}};
    std::string buffer;
    std::vector<HttpRequest> got;
    for (const char c : two)
    {
        buffer.push_back(c);
        const auto used = parser.feed(as_bytes(buffer));
        ASSERT_TRUE(used) << used.error().context;
        buffer.erase(0, *used);
        if (parser.done())
            got.push_back(parser.take());
    }
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].body, "abc");
    EXPECT_EQ(got[1].path, "/2");
    EXPECT_EQ(got[1].body, "");
}

TEST(HttpRequestParser, RefusesWhatTwoReadersCouldReadDifferently)
{
    for (const auto* bad : {
             "GET / HTTP/1.1\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
             "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
             "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
             "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
             "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
             "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
         })
        EXPECT_EQ(parser_refusal(bad), Errc::net_protocol) << bad;
}

TEST(HttpRequestParser, HasLimits)
{
    const HttpLimits limits{256, 8};
    const std::string big(300, 'x');
    EXPECT_EQ(parser_refusal("GET / HTTP/1.1\r\nHost: a\r\nX: " + big + "\r\n\r\n", limits),
              Errc::net_too_large);
    EXPECT_EQ(parser_refusal("GET /" + big, limits), Errc::net_too_large);
    EXPECT_EQ(parser_refusal("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", limits),
              Errc::net_too_large);
    EXPECT_EQ(
        parser_refusal(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n",
            limits),
        Errc::net_too_large);
    EXPECT_TRUE(parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n12345678", limits));
}

TEST(HttpRequestParser, TakesLargerBodiesOnThePathsThatAreNamedAlone)
{
    const HttpLimits limits{256, 8, {{"/a", 12}}};
    const auto put = [](const std::string& target, const std::string& body, bool chunked)
    {
        const auto size = std::to_string(body.size());
        return "PUT " + target + " HTTP/1.1\r\nHost: a\r\n" +
               (chunked ? "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n"
                        : "Content-Length: " + size + "\r\n\r\n" + body);
    };
    for (const bool chunked : {false, true})
    {
        EXPECT_TRUE(parse(put("/a", "123456789", chunked), limits));
        EXPECT_TRUE(parse(put("/a?b=/c", "123456789", chunked), limits));
        for (const auto* other : {"/", "/b", "/a/", "/ab", "/b?/a"})
            EXPECT_EQ(parser_refusal(put(other, "123456789", chunked), limits), Errc::net_too_large) << other;
    }
    EXPECT_EQ(parser_refusal(put("/a", "1234567890123", false), limits), Errc::net_too_large);
    EXPECT_EQ(parser_refusal("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", limits),
              Errc::net_too_large);
}

TEST(HttpResponseParser, SkipsInterimAnswersAndReadsTheFinalOne)
{
    HttpResponseParser parser{{}, false};
    const auto used = parser.feed(as_bytes(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-Y: z\r\n\r\nok"));
    ASSERT_TRUE(used) << used.error().context;
    ASSERT_TRUE(parser.done());
    EXPECT_TRUE(parser.keep_alive());
    const auto response = parser.take();
    EXPECT_EQ(response.status, 202U);
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.headers.get("x-y"), "z");
}

TEST(HttpResponseParser, ABodyWithoutLengthEndsWithTheStream)
{
    HttpResponseParser parser{{}, false};
    ASSERT_TRUE(parser.feed(as_bytes("HTTP/1.0 200 OK\r\n\r\nhello")));
    EXPECT_FALSE(parser.done());
    EXPECT_TRUE(parser.finish());
    EXPECT_FALSE(parser.keep_alive());
    EXPECT_EQ(parser.take().body, "hello");
}

TEST(HttpResponseParser, ATruncatedBodyIsNoAnswer)
{
    HttpResponseParser parser{{}, false};
    ASSERT_TRUE(parser.feed(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")));
    const auto end = parser.finish();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::net_closed);
}

TEST(HttpEncoding, NoHeaderValueEndsItsLine)
{
    HttpRequest request;
    request.headers.set("X-Evil", "a\r\nInjected: yes");
    const auto head = encode_request_head(request, *parse_url("https://a.example/"));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->find("\r\nInjected"), std::string::npos);
    request.method = "GET / HTTP/1.1\r\nX:";
    EXPECT_EQ(encode_request_head(request, *parse_url("https://a.example/")).error().code, Errc::net_url);
}

TEST(PercentDecode, RefusesBrokenEscapes)
{
    EXPECT_EQ(*percent_decode("a%2Fb%c3%a4+"), "a/b\xC3\xA4+");
    for (const auto* bad : {"%", "%2", "%zz", "a%2"})
        EXPECT_FALSE(percent_decode(bad)) << bad;
}
} // namespace dmid::net
