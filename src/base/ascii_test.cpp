// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace dmid
{
namespace
{
TEST(Ascii, ChangesTheCaseOfItsOwnLettersAlone)
{
    for (int i = -128; i < 128; ++i)
    {
        const auto c = static_cast<char>(i);
        const bool capital = i >= 65 && i <= 90;
        const bool small = i >= 97 && i <= 122;
        EXPECT_EQ(ascii_lower(c), capital ? static_cast<char>(i + 32) : c) << i;
        EXPECT_EQ(ascii_upper(c), small ? static_cast<char>(i - 32) : c) << i;
        EXPECT_EQ(is_ascii_digit(c), i >= 48 && i <= 57) << i;
    }
}

TEST(Ascii, ChangesTexts)
{
    EXPECT_EQ(ascii_lower("Mixed-CASE ÄÖ 7@[`{"), "mixed-case ÄÖ 7@[`{");
    EXPECT_EQ(ascii_upper("Mixed-case äö 7@[`{"), "MIXED-CASE äö 7@[`{");
    EXPECT_EQ(ascii_lower(""), "");
    EXPECT_EQ(ascii_lower(std::string_view{"A\0B", 3}), (std::string{"a\0b", 3}));
}

TEST(Ascii, ComparesWhateverTheCase)
{
    EXPECT_TRUE(ascii_same("Content-TYPE", "content-type"));
    EXPECT_TRUE(ascii_same("", ""));
    EXPECT_FALSE(ascii_same("content", "content-type"));
    EXPECT_FALSE(ascii_same("content-type", "content"));
    EXPECT_FALSE(ascii_same("[", "{")); // 32 apart, and no letters
    EXPECT_FALSE(ascii_same("Ä", "ä"));
}
} // namespace
} // namespace dmid
