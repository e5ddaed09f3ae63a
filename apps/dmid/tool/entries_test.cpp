// SPDX-License-Identifier: Apache-2.0
#include "tool/entries.hpp"

#include <gtest/gtest.h>

namespace dmid::tool
{
namespace
{
const std::vector<std::string> kIds{std::string(64, 'a'), "abcdef00" + std::string(56, '0'),
                                    "abcdef01" + std::string(56, '0')};

TEST(Abbreviation, HasSixDigitsAtLeastAndIsNoNumber)
{
    EXPECT_TRUE(is_id("abcdef"));
    EXPECT_TRUE(is_id("ABCDEF12"));
    EXPECT_FALSE(is_id("abcde"));
    EXPECT_FALSE(is_id("abcdeg"));
    EXPECT_FALSE(is_id("8312345678901210")); // a number of ours, all of it hex digits
    EXPECT_TRUE(is_id("8312345678901211"));
    EXPECT_FALSE(is_id(std::string(65, 'a')));
    EXPECT_FALSE(is_id("npub1xyz"));
}

TEST(Abbreviation, FindsTheOneThatBeginsSo)
{
    EXPECT_EQ(expand_id("aaaaaa", kIds).value(), kIds[0]);
    EXPECT_EQ(expand_id("abcdef01", kIds).value(), kIds[2]);
    EXPECT_EQ(expand_id(kIds[1], kIds).value(), kIds[1]);
}

TEST(Abbreviation, RefusesSeveralAndNone)
{
    EXPECT_EQ(expand_id("abcdef", kIds).error().code, Errc::input_usage);
    EXPECT_EQ(expand_id("ffffff", kIds).error().code, Errc::gateway_no_such_entry);
}

TEST(Abbreviation, TakesTheSameIdTwiceAsOne)
{
    EXPECT_EQ(expand_id("aaaaaa", {kIds[0], kIds[0]}).value(), kIds[0]);
}

TEST(NodeProblem, BecomesTheErrorOfItsCode)
{
    const boost::json::value problem{{"code", "policy.seq"}, {"detail", "7 follows 5"}, {"status", 409}};
    const auto error = error_of(problem, 409);
    EXPECT_EQ(error.code, Errc::policy_seq);
    EXPECT_EQ(error.context, "7 follows 5");
    EXPECT_EQ(error_of({{"code", "no.such"}}, 500).code, Errc::net_protocol);
    EXPECT_EQ(error_of(nullptr, 502).code, Errc::net_protocol);
}

TEST(NodeQuery, EscapesWhatIsReserved)
{
    EXPECT_EQ(encode_query("a b&c=d/é"), "a%20b%26c%3Dd%2F%C3%A9");
}
} // namespace
} // namespace dmid::tool
