// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include <gtest/gtest.h>

namespace dmid::net
{
namespace
{
std::string normal(std::string_view text)
{
    const auto url = parse_url(text);
    return url ? url->to_string() : to_string(url.error());
}
} // namespace

TEST(Url, IsTakenApartAndNormalised)
{
    const auto url = parse_url("HTTPS://Example.COM.:8443/a/b?c=%20d#frag");
    ASSERT_TRUE(url) << url.error().context;
    EXPECT_EQ(url->scheme, Scheme::https);
    EXPECT_EQ(url->host, "example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/a/b?c=%20d");
    EXPECT_EQ(url->authority(), "example.com:8443");
}

TEST(Url, DefaultPortsAndPaths)
{
    EXPECT_EQ(normal("https://a.example"), "https://a.example/");
    EXPECT_EQ(normal("https://a.example:443/"), "https://a.example/");
    EXPECT_EQ(normal("wss://a.example?x"), "wss://a.example/?x");
    EXPECT_EQ(parse_url("ws://a.example")->port, 80);
    EXPECT_EQ(parse_url("wss://a.example")->port, 443);
}

TEST(Url, AddressesAsHosts)
{
    EXPECT_EQ(normal("https://192.0.2.1/"), "https://192.0.2.1/");
    EXPECT_EQ(normal("https://[2001:DB8::1]:444/"), "https://[2001:db8::1]:444/");
    EXPECT_EQ(parse_url("https://[::1]/")->authority(), "[::1]:443");
}

class UrlRefused : public ::testing::TestWithParam<const char*>
{
};

TEST_P(UrlRefused, WithNetUrl)
{
    const auto url = parse_url(GetParam());
    ASSERT_FALSE(url) << url->to_string();
    EXPECT_EQ(url.error().code, Errc::net_url);
}

INSTANTIATE_TEST_SUITE_P(
    Tricks, UrlRefused,
    ::testing::Values("", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd",
                      "javascript:alert(1)", "gopher://x.example/",
                      // user information
                      "https://user@example.com/", "https://user:pw@example.com/",
                      "https://example.com@evil.example/", "https://@example.com/",
                      // numeric hosts in other bases and short forms
                      "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
                      "https://0177.0.0.1/", "https://127.0.0.01/", "https://127.0.0.1./",
                      "https://1.2.3.4.5/", "https://256.1.1.1/", "https://0X7F.1/", "https://a.0x1/",
                      "https://example.123/",
                      // percent and Unicode in hosts
                      "https://%31%32%37.0.0.1/", "https://exa%6dple.com/", "https://ex\xC3\xA4mple.com/",
                      "https://127\xE3\x80\x82"
                      "0.0.1/",
                      "https://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/",
                      // zones, future addresses, broken brackets
                      "https://[fe80::1%25eth0]/", "https://[v1.x]/", "https://[::1/", "https://::1/",
                      "https://[::ffff:127.0.0.1/",
                      // ports and labels
                      "https://example.com:0/", "https://example.com:65536/", "https://example.com:-1/",
                      "https://example.com:8 0/", "https:///path", "https://.example.com/", "https://a..b/",
                      "https://example.com../", "https://./",
                      // what would break a request line
                      "https://example.com/a b", "https://example.com/\r\nX: y",
                      "https://example.com\\@evil.example/", "https://exa mple.com/"));

// Found by fuzzing: Boost.URL reads the host `1.0.0.1` and the path `f/`.
TEST(Url, RefusesAHostThatIsGluedToAnAddress)
{
    EXPECT_EQ(parse_url("https://1.0.0.1f/").error().code, Errc::net_url);
    // Names that begin with a whole address fall with it: nobody needs them, and readers disagree on them.
    EXPECT_EQ(parse_url("https://1.0.0.1.example.com/").error().code, Errc::net_url);
}

TEST(Url, HasLimits)
{
    EXPECT_FALSE(parse_url("https://example.com/" + std::string(2048, 'a')));
    EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + ".example/"));
    EXPECT_TRUE(parse_url("https://" + std::string(63, 'a') + ".example/"));
}

TEST(Authority, IsHostAndPort)
{
    EXPECT_EQ(parse_authority("LOCALHOST:80")->authority(), "localhost:80");
    EXPECT_EQ(parse_authority("[::1]:8545")->authority(), "[::1]:8545");
    for (const auto* bad : {"localhost", "localhost:", ":80", "a:b", "a@b:80", "a/b:80", "[::1]", "a:80/"})
        EXPECT_FALSE(parse_authority(bad)) << bad;
}

TEST(Redirect, StaysAtItsOrigin)
{
    const auto base = *parse_url("https://example.com/a/b?c");
    EXPECT_EQ(resolve_same_origin(base, "/x")->to_string(), "https://example.com/x");
    EXPECT_EQ(resolve_same_origin(base, "d")->to_string(), "https://example.com/a/d");
    EXPECT_EQ(resolve_same_origin(base, "https://EXAMPLE.com:443/y")->to_string(), "https://example.com/y");
}

TEST(Redirect, LeavesForNowhereElse)
{
    const auto base = *parse_url("https://example.com/");
    for (const auto* bad : {"http://example.com/", "https://example.com:444/", "https://evil.example/",
                            "//evil.example/", "wss://example.com/"})
    {
        const auto url = resolve_same_origin(base, bad);
        ASSERT_FALSE(url) << bad;
        EXPECT_EQ(url.error().code, Errc::net_redirect) << bad;
    }
    EXPECT_EQ(resolve_same_origin(base, "https://u@example.com/").error().code, Errc::net_url);
}
} // namespace dmid::net
