// SPDX-License-Identifier: Apache-2.0
#include "channels/signal/address.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::signal
{
namespace
{
const std::string kAnn = "7ccae375-cd51-4c82-8b1e-7be3280aa485";
} // namespace

TEST(SignalAddress, IsTheAccountsUuidInLowerCase)
{
    EXPECT_EQ(parse_aci("7CCAE375-CD51-4C82-8B1E-7BE3280AA485").value(), kAnn);
    for (const std::string text :
         {"", "+4915112345678", "PNI:7ccae375-cd51-4c82-8b1e-7be3280aa485",
          "7ccae375cd514c828b1e7be3280aa485", "7ccae375-cd51-4c82-8b1e-7be3280aa48g",
          "{7ccae375-cd51-4c82-8b1e-7be3280aa485}", "00000000-0000-0000-0000-000000000000",
          "7ccae375-cd51-4c82-8b1e-7be3280aa485 ", "ann.42"})
        EXPECT_EQ(parse_aci(text).error().code, Errc::channel_address_invalid) << text;
}

TEST(SignalAddress, ReadsNumbersForALookUpAlone)
{
    EXPECT_EQ(parse_phone("+49 151 2345-678").value(), "+491512345678");
    for (const std::string text :
         {"", "+", "49151", "+49", "+0151234567", "+49151234567890123", "+49a5123456", "++4915123456"})
        EXPECT_FALSE(parse_phone(text)) << text;
}

TEST(SignalAddress, NamesAMessageByItsAuthorAndItsMillisecond)
{
    const auto theirs = parse_message_name(name_of_theirs(kAnn, 1631458508784), kAnn);
    ASSERT_TRUE(theirs);
    EXPECT_FALSE(theirs->ours);
    EXPECT_EQ(theirs->timestamp, 1631458508784U);
    const auto ours = parse_message_name(name_of_ours(7), kAnn);
    ASSERT_TRUE(ours);
    EXPECT_TRUE(ours->ours);
    for (const std::string text : {"", ":", "0", "07", "-1", "7ccae375-cd51-4c82-8b1e-7be3280aa486:7", "x:7",
                                   "9007199254740992", "1e3", "7 "})
        EXPECT_FALSE(parse_message_name(text, kAnn)) << text;
}
} // namespace dmid::channels::signal
