// SPDX-License-Identifier: Apache-2.0
#include "channels/@name@/wire.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::@name@
{
namespace
{
TEST(@Name@Wire, GivesAccountsOneForm)
{
    EXPECT_EQ(parse_account("Alice1").value(), "alice1");
    for (const auto* bad : {"", " ", "a b", "a\n", "ä"})
        EXPECT_EQ(parse_account(bad).error().code, Errc::channel_address_invalid) << bad;
}

TEST(@Name@Wire, SaysNothingOfAMessageInANotice)
{
    channel::Outgoing message;
    message.sender = "8345 0000 0000 0015";
    message.text = "hello";
    EXPECT_NE(compose(message).find("hello"), std::string::npos);
    message.notice = true;
    EXPECT_EQ(compose(message).find("hello"), std::string::npos);
    EXPECT_EQ(compose(message).find("8345"), std::string::npos);
}
} // namespace
} // namespace dmid::channels::@name@
