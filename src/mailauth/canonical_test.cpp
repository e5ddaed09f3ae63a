// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.hpp"
#include "mailauth/canonical.hpp"

#include <gtest/gtest.h>

#include <random>

namespace dmid::mailauth
{
namespace
{
Hash32 hash_in_pieces(std::string_view body, Canon canon, std::size_t piece)
{
    BodyHash hash{canon};
    for (std::size_t at = 0; at < body.size(); at += piece)
        hash.update(body.substr(at, piece));
    return hash.finish().hash;
}

void expect_canonical(Canon canon, std::string_view body, std::string_view canonical)
{
    for (std::size_t piece : {1U, 2U, 3U, 1000U})
        EXPECT_EQ(hash_in_pieces(body, canon, piece), crypto::sha256(as_bytes(canonical))) << body << piece;
}
} // namespace

// MUST MAIL-03
TEST(Canonical, LevelsFieldsAsTheStandardsExample)
{
    // RFC 6376 §3.4.5
    EXPECT_EQ(canonical_field("A: X\r\n", Canon::relaxed), "a:X\r\n");
    EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canon::relaxed), "b:Y Z\r\n");
    EXPECT_EQ(canonical_field("C:", Canon::relaxed), "c:\r\n");
    EXPECT_EQ(canonical_field("B : Y\t\r\n\tZ  \r\n", Canon::simple), "B : Y\t\r\n\tZ  \r\n");
}

// MUST MAIL-03
TEST(Canonical, LevelsBodiesAsTheStandardsExampleInPiecesOfAnySize)
{
    expect_canonical(Canon::relaxed, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n");
    expect_canonical(Canon::relaxed, "", "");
    expect_canonical(Canon::relaxed, "\r\n \r\n", "");
    expect_canonical(Canon::relaxed, "\r\n\r\na", "\r\n\r\na\r\n");
    expect_canonical(Canon::relaxed, "a\r\n ", "a\r\n");
    expect_canonical(Canon::simple, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n");
    expect_canonical(Canon::simple, "", "\r\n");
    expect_canonical(Canon::simple, "\r\n\r\n", "\r\n");
    expect_canonical(Canon::simple, " \r\n", " \r\n");
}

TEST(Canonical, CountsTheWholeBodyAndHashesUpToTheLimit)
{
    BodyHash hash{Canon::simple, 3};
    hash.update("abcdef\r\n\r\n");
    const auto digest = hash.finish();
    EXPECT_EQ(digest.hash, crypto::sha256(as_bytes("abc")));
    EXPECT_EQ(digest.size, 8U);
}

TEST(Canonical, NotesLineEndsThatReadersDoNotAgreeOn)
{
    for (const std::string_view body : {"a\nb\r\n", "a\rb\r\n", "a\r\n\r", "\n"})
    {
        BodyHash hash{Canon::simple};
        hash.update(body);
        EXPECT_TRUE(hash.finish().bare_line_end) << body;
    }
    BodyHash hash{Canon::simple};
    hash.update("a\r\n\r\nb");
    EXPECT_FALSE(hash.finish().bare_line_end);
}

TEST(Canonical, TheWayInWhichABodyIsCutDoesNotMatter)
{
    const auto seed = std::random_device{}();
    std::mt19937 random{seed};
    constexpr std::string_view kLetters = "ab \t\r\n\r\n";
    for (int round = 0; round < 500; ++round)
    {
        std::string body;
        for (auto left = random() % 60; left > 0; --left)
            body += kLetters[random() % kLetters.size()];
        for (const auto canon : {Canon::simple, Canon::relaxed})
            EXPECT_EQ(hash_in_pieces(body, canon, 1 + random() % 9), hash_in_pieces(body, canon, 1000))
                << seed;
    }
}
} // namespace dmid::mailauth
