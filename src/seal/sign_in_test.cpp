// SPDX-License-Identifier: Apache-2.0
// Runs docs/protocol/vectors/sign-in, which npm siwe wrote; each file is one case.
#include "codec/json.hpp"
#include "seal/sign_in.hpp"
#include "seal/uri.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace dmid::seal
{
namespace
{
std::string member(const boost::json::object& object, std::string_view key)
{
    return std::string{object.at(key).as_string()};
}

/// The code of what refuses the message; empty where nothing does.
std::string refusal_of(const boost::json::object& vector, SignIn& out)
{
    const auto attempt = [&]() -> Result<>
    {
        DMID_TRY(out, parse_sign_in(member(vector, "message")));
        const auto place = place_of(member(vector, "url"), vector.at("chain").to_number<std::uint64_t>());
        return check_sign_in(out, place.value(), vector.at("now").to_number<std::int64_t>());
    };
    const auto done = attempt();
    return done ? std::string{} : std::string{name(done.error().code)};
}

std::size_t run_sign_in(const std::string& folder)
{
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{DMID_SOURCE_DIR "/docs/protocol/vectors/sign-in/" + folder})
    {
        SCOPED_TRACE(entry.path().string());
        std::ifstream in{entry.path()};
        const auto value = codec::parse_json(std::string{std::istreambuf_iterator<char>{in}, {}});
        EXPECT_TRUE(value);
        const auto& vector = value->get_object();
        SignIn read;
        EXPECT_EQ(refusal_of(vector, read), vector.contains("error") ? member(vector, "error") : "");
        if (vector.contains("address"))
        {
            EXPECT_EQ(to_hex(read.address.view()), member(vector, "address"));
            EXPECT_EQ(read.nonce, member(vector, "nonce"));
        }
        ++count;
    }
    return count;
}

// MUST API-11, API-12
TEST(SignIn, MessagesForThisPlaceAreTaken)
{
    EXPECT_EQ(run_sign_in("valid"), 11U);
}

// MUST API-11, API-12
TEST(SignIn, OthersAreRefusedForTheStatedReason)
{
    EXPECT_EQ(run_sign_in("invalid"), 49U);
}

TEST(SignIn, ADateTimeIsTheMomentThatItNames)
{
    EXPECT_EQ(parse_date_time("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_date_time("2026-09-21T12:13:14.567Z"), 1789992794);
    EXPECT_EQ(parse_date_time("2026-09-21t17:43:14+05:30"), 1789992794);
    EXPECT_EQ(parse_date_time("2026-09-21T04:13:14-08:00"), 1789992794);
    EXPECT_EQ(parse_date_time("2024-02-29T00:00:00z"), 1709164800);
    EXPECT_EQ(parse_date_time("0000-03-01T00:00:00Z"), -62162035200);
    EXPECT_EQ(parse_date_time("9999-12-31T23:59:59Z"), 253402300799);
    for (const char* none :
         {"", "2026-09-21", "2026-9-21T00:00:00Z", "2026-09-21 00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2100-02-29T00:00:00Z", "2026-09-21T24:00:00Z",
          "2026-09-21T00:60:00Z", "2026-09-21T00:00:61Z", "2026-09-21T00:00:00.Z", "2026-09-21T00:00:00",
          "2026-09-21T00:00:00+24:00", "2026-09-21T00:00:00+0100", "2026-09-21T00:00:00ZZ",
          "-026-09-21T00:00:00Z"})
        EXPECT_FALSE(parse_date_time(none)) << none;
}

TEST(SignIn, WhatRfc3986CallsAUriIsOne)
{
    for (const char* uri :
         {"a:", "https://x", "https://u:p@x:1/a%20b?c=/?#d", "urn:a:b", "mailto:a@b.c", "x:/", "x:/a//b",
          "http://[::1]:80", "http://[1:2:3:4:5:6:7:8]", "http://[::ffff:1.2.3.4]/", "http://[v1.a:b]",
          "http://1.1.1.256", "http://", "http://:80"})
        EXPECT_TRUE(is_uri(uri)) << uri;
    for (const char* none : {"",
                             ":",
                             "//x",
                             "1a:b",
                             "a b:c",
                             "x:a b",
                             "x:%",
                             "x:%4",
                             "x:%g0",
                             "x:a#b#c",
                             "x:<y>",
                             "x:ä",
                             "http://[::1",
                             "http://[1:2:3]",
                             "http://[::1::2]",
                             "http://[:::]",
                             "http://[1.2.3.4]",
                             "http://[::1.2.3.4.5]",
                             "http://[::01.2.3.4]",
                             "http://x:8a",
                             "http://a@b@c",
                             "http://[v.a]",
                             "http://[1:2:3:4:5:6:7::8:9]",
                             "http://[::12345]",
                             "http://x:1:2",
                             "x:[1]"})
        EXPECT_FALSE(is_uri(none)) << none;
}

TEST(SignIn, ANodesUrlNamesItsPlace)
{
    const auto place = place_of("http://127.0.0.1:8080/base", 7);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->scheme, "http");
    EXPECT_EQ(place->domain, "127.0.0.1:8080");
    EXPECT_EQ(place->chain_id, 7U);
    for (const char* none : {"", "dmid.example", "https://", "https://a@b", "https:///x"})
        EXPECT_FALSE(place_of(none, 1)) << none;
}
} // namespace
} // namespace dmid::seal
