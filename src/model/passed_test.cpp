// SPDX-License-Identifier: Apache-2.0
#include "model/passed.hpp"

#include <gtest/gtest.h>

namespace dmid::model
{
namespace
{
const std::string kOneMark = "abcdefghij234567";

TEST(Passed, ReadsWhatItWrote)
{
    const Passed both{kOneMark, "zzzzzzzzzzzzzzzz"};
    EXPECT_EQ(read_passed(in_one_line(both)), both);
    EXPECT_EQ(in_one_line({}), "");
    EXPECT_TRUE(read_passed("").empty());
}

TEST(Passed, LeavesOutWhatIsNoMark)
{
    for (const std::string text : {"abc", "ABCDEFGHIJ234567", "abcdefghij23456!", "abcdefghij2345678", "yes"})
        EXPECT_TRUE(read_passed(text).empty()) << text;
    EXPECT_EQ(read_passed("  x \t" + kOneMark + "\r\n folded"), Passed{kOneMark});
}

TEST(Passed, HasAnEndWhateverIsWritten)
{
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += kOneMark + " ";
    EXPECT_EQ(read_passed(text).size(), kMostPassed);
}
} // namespace
} // namespace dmid::model
