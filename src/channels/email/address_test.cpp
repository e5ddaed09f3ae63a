// SPDX-License-Identifier: Apache-2.0
#include "channels/email/address.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
TEST(MailAddress, IsKeptButForTheDomainsCase)
{
    const auto address = parse_mail_address("John.O'Hara+tag@Example.ORG");
    ASSERT_TRUE(address) << address.error().context;
    EXPECT_EQ(address->text(), "John.O'Hara+tag@example.org");
    EXPECT_FALSE(address->utf8);
    EXPECT_TRUE(parse_mail_address("j\xC3\xB6rg@example.org")->utf8);
    EXPECT_TRUE(parse_mail_address("root@localhost"));
    EXPECT_TRUE(parse_mail_address("a@xn--bcher-kva.example"));
}

TEST(MailAddress, HasTheLimitsOfTheStandard)
{
    EXPECT_TRUE(parse_mail_address(std::string(64, 'a') + "@example.org"));
    EXPECT_FALSE(parse_mail_address(std::string(65, 'a') + "@example.org"));
    EXPECT_TRUE(parse_mail_address("a@" + std::string(63, 'b') + ".org"));
    EXPECT_FALSE(parse_mail_address("a@" + std::string(64, 'b') + ".org"));
    std::string domain;
    while (domain.size() < 252)
        domain += "a.";
    EXPECT_TRUE(parse_mail_address("a@" + domain + "bcd"));
    EXPECT_FALSE(parse_mail_address("a@" + domain + "bcde"));
}

TEST(MailAddress, RefusesEverythingElse)
{
    for (const std::string bad : {"",
                                  "@",
                                  "a",
                                  "a@",
                                  "@b.org",
                                  "a@b",
                                  "a b@c.org",
                                  "a@b c.org",
                                  ".a@b.org",
                                  "a.@b.org",
                                  "a..b@c.org",
                                  "\"a b\"@c.org",
                                  "a@[127.0.0.1]",
                                  "A <a@b.org>",
                                  "a@b.org,c@d.org",
                                  "a@-b.org",
                                  "a@b-.org",
                                  "a@.b.org",
                                  "a@b..org",
                                  "a@b.org.",
                                  "a@b_c.org",
                                  "a@b.org\r\nRCPT TO:<c@d.org>",
                                  "a\r\n@b.org",
                                  "a>@b.org",
                                  "a@b@c.org",
                                  "a@b.org>",
                                  "a@b\xC3\xBC"
                                  "cher.org",
                                  "\xFF@b.org",
                                  "a(comment)@b.org",
                                  "a@b.org\n"})
    {
        const auto address = parse_mail_address(bad);
        ASSERT_FALSE(address) << bad;
        EXPECT_EQ(address.error().code, Errc::channel_address_invalid);
    }
}
} // namespace dmid::channels::email
