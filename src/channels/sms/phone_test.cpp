// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/phone.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::sms
{
namespace
{
TEST(Phone, PeoplesSpellingsBecomeOneForm)
{
    for (const auto* text : {"+491701234567", "+49 170 123-45-67", "+49 (170) 1234567", "tel:+49.170/1234567",
                             "TEL:+491701234567"})
        EXPECT_EQ(parse_phone(text).value_or("?"), "+491701234567") << text;
}

TEST(Phone, WhatCouldMeanAnotherCountryIsNoAddress)
{
    for (const auto* text : {"", "+", "01701234567", "00491701234567", "491701234567", "+0491701234567",
                             "+123456", "+1234567890123456", "+49170a234567", "+49+1701234567", "short:12345",
                             "name:Bank", "+49 170 1234567\n", "tel:491701234567"})
        EXPECT_EQ(parse_phone(text).has_value(), false) << text;
}

TEST(Phone, TypesOfNumberAreReadAsServicesFillThemIn)
{
    const Plan germany{"49", "0"};
    EXPECT_EQ(caller_of({1, 1, "491701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({0, 1, "491701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({1, 1, "+491701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({0, 0, "00491701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({2, 1, "1701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({2, 1, "01701234567"}, germany).account, "+491701234567");
    EXPECT_EQ(caller_of({0, 1, "01701234567"}, germany).account, "+491701234567");
    EXPECT_TRUE(caller_of({1, 1, "491701234567"}, germany).answerable);
}

TEST(Phone, WhatCannotBeAnsweredIsNoAddress)
{
    const Plan nowhere;
    for (const auto& address :
         {SmsAddress{5, 0, "Bank"}, SmsAddress{0, 0, "My Bank"}, SmsAddress{3, 0, "12345"},
          SmsAddress{0, 1, "110"}, SmsAddress{0, 1, "01701234567"}, SmsAddress{2, 1, "1701234567"},
          SmsAddress{5, 0, ""}, SmsAddress{1, 1, "12345678901234567890"}, SmsAddress{5, 0, "\xff\r\nx"}})
    {
        const auto caller = caller_of(address, nowhere);
        EXPECT_FALSE(caller.answerable) << caller.account;
        EXPECT_FALSE(parse_phone(caller.account)) << caller.account;
        EXPECT_TRUE(is_utf8(caller.account));
    }
    EXPECT_EQ(caller_of({5, 0, "My Bank"}, nowhere).account, "name:My_Bank");
    EXPECT_EQ(caller_of({3, 0, "12345"}, nowhere).account, "short:12345");
}

TEST(Phone, SendersGetTheirTypesUnlessGiven)
{
    EXPECT_EQ(sender_address("+4930123456").value(), (SmsAddress{1, 1, "4930123456"}));
    EXPECT_EQ(sender_address("DMID").value(), (SmsAddress{5, 0, "DMID"}));
    EXPECT_EQ(sender_address("12345").value(), (SmsAddress{3, 0, "12345"}));
    EXPECT_EQ(sender_address("4930123456").value(), (SmsAddress{0, 1, "4930123456"}));
    EXPECT_EQ(sender_address("4930123456", std::uint8_t{2}, std::uint8_t{8}).value(),
              (SmsAddress{2, 8, "4930123456"}));
    for (const auto* text : {"", "+", "TwelveLetter", "123456789012345678901"})
        EXPECT_EQ(sender_address(text).error().code, Errc::config_value) << text;
}

TEST(Phone, TheLongestPrefixSaysTheSource)
{
    const std::vector<SourceRule> rules{
        {"", {5, 0, "DMID"}}, {"+1", {1, 1, "15550100"}}, {"+1868", {3, 0, "868"}}};
    EXPECT_EQ(source_for(rules, "+491701234567")->source.digits, "DMID");
    EXPECT_EQ(source_for(rules, "+12025550100")->source.digits, "15550100");
    EXPECT_EQ(source_for(rules, "+18685550100")->source.digits, "868");
    EXPECT_EQ(source_for({rules[1]}, "+491701234567"), nullptr);
}
} // namespace
} // namespace dmid::channels::sms
