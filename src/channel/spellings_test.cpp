// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"
#include "channel/spellings.hpp"

#include <gtest/gtest.h>

namespace dmid::channel
{
namespace
{
const Spellings kAddresses{{"Alice.Smith@mail.example", "+49 151 2345 6789", "ab"}};
}

TEST(Spellings, FindsAnAddressInEachSpelling)
{
    for (const std::string_view text : {
             "x alice.smith@mail.example y",
             "ALICE.SMITH@MAIL.EXAMPLE",
             "alice.smith%40mail.example",
             "alice%2Esmith%2540mail.example",
             "alice.smith=40mail.example",
             "alice.smi=\r\nth@mail.example",
             "alice.smith&#64;mail.example",
             "alice.smith&#x40;mail&period;example",
             "alice.smith&commat;mail.example",
             "alice.smith (at) mail (dot) example",
             "alice dot smith at mail dot example",
             "alice . smith @ mail . example",
             "alice.smi\nth@mail.exa\nmple",
             "\xEF\xBD\x81lice.smith\xEF\xBC\xA0mail.example",
             "ali\xE2\x80\x8B"
             "ce.smith@mail.exam\xC2\xADple",
             "=?utf-8?Q?alice.smith=40mail.ex?= =?utf-8?Q?ample?=",
             "=?utf-8?B?YWxpY2Uuc21pdGhAbWFpbC5leGFtcGxl?=",
             "=?utf-8?B?YWxpY2Uuc21p?=\r\n =?utf-8?B?dGhAbWFpbC5leGFtcGxl?=",
             "YWxpY2Uuc21pdGhAbWFpbC5leGFtcGxl",
             "eHl6IGFsaWNlLnNtaXRoQG1haWwuZXhhbXBsZQ==",
         })
        EXPECT_TRUE(kAddresses.in(text)) << text;
}

TEST(Spellings, FindsATelephoneNumberWhateverStandsInIt)
{
    for (const std::string_view text :
         {"+4915123456789", "0151 / 234 567 89", "(0151) 23-45.67.89", "tel:0049-151-23456789"})
        EXPECT_TRUE(kAddresses.in(text)) << text;
    EXPECT_FALSE(kAddresses.in("0151 is the prefix, 2345 the next and 6789 the last"));
}

TEST(Spellings, LeavesOtherWordsAlone)
{
    for (const std::string_view text :
         {"", "Alice Smith", "bob@mail.example", "alice.smith@mail.exampl", "100 % of it = 3",
          "& so on &; &#; &#x; &#99999999999;", "=?utf-8?Q?", "=?", "?=", "ab"})
        EXPECT_FALSE(kAddresses.in(text)) << text;
    EXPECT_FALSE(Spellings{{}}.in("alice.smith@mail.example"));
}

TEST(Spellings, FindsAnAddressInTheBytesOfAFile)
{
    std::string wide;
    for (const char c : std::string_view{"alice.smith@mail.example"})
        wide += std::string{c, '\0'};
    EXPECT_TRUE(kAddresses.in_bytes("\xFF\xD8\xFF alice.smith@mail.example"));
    EXPECT_TRUE(kAddresses.in_bytes("\xFF\xFE" + wide));
    EXPECT_FALSE(kAddresses.in_bytes("\xFF\xD8\xFF"));
}
} // namespace dmid::channel
