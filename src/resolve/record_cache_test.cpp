// SPDX-License-Identifier: Apache-2.0
#include "resolve/record_cache.hpp"

#include <gtest/gtest.h>

namespace dmid::resolve
{
namespace
{
proof::AgreedBlock block(std::uint64_t height, std::uint8_t fork = 0)
{
    proof::AgreedBlock made;
    made.number = height;
    made.hash.bytes[0] = fork;
    made.hash.bytes[1] = static_cast<std::uint8_t>(height);
    return made;
}
model::Number number(std::uint64_t n)
{
    return model::Number::from_payload(n).value();
}
// No reading can be made without a chain; what the cache keeps is the pointer.
AnswerPtr answer()
{
    static const auto whole = std::make_shared<int>(0);
    return {whole, reinterpret_cast<const Answer*>(whole.get())};
}

TEST(RecordCache, GivesWhatItKeptForThatBlockAlone)
{
    RecordCache cache{4};
    EXPECT_EQ(cache.find(block(1), number(1)), nullptr);
    cache.put(block(1), number(1), answer());
    EXPECT_NE(cache.find(block(1), number(1)), nullptr);
    EXPECT_EQ(cache.find(block(1), number(2)), nullptr);
    EXPECT_EQ(cache.find(block(2), number(1)), nullptr);
    EXPECT_NE(cache.earlier(block(2), number(1)), nullptr);
}

TEST(RecordCache, TellsTwoBlocksOfOneHeightApart)
{
    RecordCache cache{4};
    cache.find(block(1, 1), number(1));
    cache.put(block(1, 1), number(1), answer());
    EXPECT_EQ(cache.find(block(1, 2), number(1)), nullptr);
}

TEST(RecordCache, DropsTheLeastRecentlyUsed)
{
    RecordCache cache{2};
    cache.find(block(1), number(1));
    cache.put(block(1), number(1), answer());
    cache.put(block(1), number(2), answer());
    EXPECT_NE(cache.find(block(1), number(1)), nullptr);
    cache.put(block(1), number(3), answer());
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_NE(cache.find(block(1), number(1)), nullptr);
    EXPECT_EQ(cache.find(block(1), number(2)), nullptr);
}

TEST(RecordCache, KeepsNothingOfABlockThatHasPassed)
{
    RecordCache cache{2};
    cache.find(block(1), number(1));
    cache.find(block(2), number(1));
    cache.put(block(1), number(1), answer());
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.find(block(1), number(1)), nullptr) << "a late reader turns nothing back";
    cache.put(block(2), number(1), answer());
    EXPECT_NE(cache.find(block(2), number(1)), nullptr);
}

TEST(RecordCache, CanKeepNothing)
{
    RecordCache cache{0};
    cache.find(block(1), number(1));
    cache.put(block(1), number(1), answer());
    EXPECT_EQ(cache.find(block(1), number(1)), nullptr);
}
} // namespace
} // namespace dmid::resolve
