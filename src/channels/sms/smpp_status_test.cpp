// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_status.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
TEST(SmppStatus, StatusesHaveTheirNames)
{
    EXPECT_EQ(status_words(0x58), "ESME_RTHROTTLED");
    EXPECT_EQ(status_words(0x400), "0x00000400");
}

TEST(SmppStatus, OnlyTheTwoThatAskForLessSlowTheWholeBind)
{
    for (std::uint32_t status = 0; status < 0x600; ++status)
        EXPECT_EQ(meaning_of(status) == Meaning::throttled, status == 0x58 || status == 0x14) << status;
}

TEST(SmppStatus, WhatNobodyKnowsIsNoRefusalForGood)
{
    for (const std::uint32_t status : {0x09U, 0x10U, 0x68U, 0x3ffU, 0x400U, 0x4ffU, 0x500U, 0xffffffffU})
        EXPECT_EQ(meaning_of(status), Meaning::deferred) << status;
}

TEST(SmppStatus, RefusalsDelaysAndCredentialsAreToldApart)
{
    EXPECT_EQ(meaning_of(0x00), Meaning::good);
    EXPECT_EQ(meaning_of(0x0b), Meaning::refused);
    EXPECT_EQ(meaning_of(0x08), Meaning::deferred);
    EXPECT_EQ(meaning_of(0x64), Meaning::deferred);
    EXPECT_EQ(meaning_of(0x0e), Meaning::denied);
    EXPECT_EQ(meaning_of(0x04), Meaning::unbound);
    EXPECT_EQ(meaning_of(0x03), Meaning::misread);
}
} // namespace
} // namespace dmid::channels::sms
