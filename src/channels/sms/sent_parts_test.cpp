// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/sent_parts.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
Hash32 key_of(unsigned i)
{
    Hash32 out;
    out.bytes[31] = static_cast<std::uint8_t>(i & 0xffU);
    out.bytes[30] = static_cast<std::uint8_t>(i >> 8U);
    return out;
}

TEST(SentParts, RemembersWhichPartsWereTaken)
{
    SentParts parts;
    parts.took(key_of(1), 3, 0, "a");
    parts.took(key_of(1), 3, 2, "c");
    EXPECT_EQ(parts.of(key_of(1), 3), (std::vector<std::optional<std::string>>{"a", std::nullopt, "c"}));
    EXPECT_EQ(parts.of(key_of(2), 1), (std::vector<std::optional<std::string>>{std::nullopt}));
}

TEST(SentParts, ForgetsTheOldest)
{
    SentParts parts;
    for (unsigned i = 0; i <= SentParts::kMost; ++i)
        parts.took(key_of(i), 1, 0, "x");
    EXPECT_FALSE(parts.of(key_of(0), 1)[0]);
    EXPECT_TRUE(parts.of(key_of(1), 1)[0]);
}

TEST(SentTo, KnowsTheNewestUserOfAnId)
{
    SentTo sent;
    sent.sent("1", "+49170");
    sent.sent("1", "+49171");
    EXPECT_EQ(sent.phone_of("1"), "+49171");
    EXPECT_EQ(sent.phone_of("2"), std::nullopt);
    for (std::size_t i = 0; i < SentTo::kMost; ++i)
        sent.sent("n" + std::to_string(i), "+1");
    EXPECT_EQ(sent.phone_of("1"), std::nullopt);
}
} // namespace
} // namespace dmid::channels::sms
