// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dmarc.hpp"
#include "mailauth/testing_answers.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
DmarcLookup find(const std::string& domain, testing::Zone& zone)
{
    return zone.drive([&](Answers& answers)
                      { return find_dmarc(domain, testing::last_two_labels, answers); });
}
} // namespace

// MUST MAIL-20
TEST(DmarcRecord, ReadsWhatIsWrittenAndLeavesOutWhatIsWrong)
{
    const auto full = parse_dmarc_record(
        "v=DMARC1; p=Reject; sp=quarantine; adkim=s; aspf=S; pct=30; ri=1; rua=mailto:a@b.c");
    ASSERT_TRUE(full);
    EXPECT_EQ(*full, (DmarcRecord{DmarcPolicy::reject, DmarcPolicy::quarantine, true, true, 30}));
    const auto plain = parse_dmarc_record("v = DMARC1 ;p=none");
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, DmarcRecord{});
    const auto odd = parse_dmarc_record("v=DMARC1; p=reject; adkim=x; pct=300; junk; x=y; ;");
    ASSERT_TRUE(odd);
    EXPECT_EQ(*odd, (DmarcRecord{DmarcPolicy::reject, DmarcPolicy::reject, false, false, 100}));
    const auto broken = parse_dmarc_record("v=DMARC1; p=yes; rua=mailto:a@b.c");
    ASSERT_TRUE(broken);
    EXPECT_EQ(broken->policy, DmarcPolicy::none);
}

// MUST MAIL-20
TEST(DmarcRecord, RefusesWhatIsNone)
{
    for (const std::string_view bad :
         {"", "v=DMARC2; p=none", "v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC1", "v=DMARC1; p=yes",
          "v=DMARC1; p=none; sp=yes", "v=DMARC1 p=none"})
        EXPECT_FALSE(parse_dmarc_record(bad)) << bad;
    EXPECT_FALSE(parse_dmarc_record("v=DMARC1; p=none;" + std::string(5000, ' ')));
}

// MUST MAIL-21
TEST(Dmarc, DomainsSpeakForEachOtherWithinOneOrganisation)
{
    const auto org = testing::last_two_labels;
    EXPECT_TRUE(aligned("a.example.org", "example.org", false, org));
    EXPECT_TRUE(aligned("a.example.org", "b.example.org", false, org));
    EXPECT_FALSE(aligned("a.example.org", "example.org", true, org));
    EXPECT_TRUE(aligned("example.org", "example.org", true, org));
    EXPECT_FALSE(aligned("example.com", "example.org", false, org));
    // A public suffix has no organisation: it speaks for nobody below it.
    EXPECT_FALSE(aligned("org", "example.org", false, org));
    EXPECT_FALSE(aligned("org", "com", false, org));
}

// MUST MAIL-22
TEST(Dmarc, LooksAtTheDomainAndThenAtItsOrganisation)
{
    testing::Zone zone;
    zone.txt("_dmarc.example.org", "v=DMARC1; p=reject; sp=none")
        .txt("_dmarc.own.example.org", "v=DMARC1; p=quarantine");
    EXPECT_EQ(find("example.org", zone).policy(), DmarcPolicy::reject);
    EXPECT_EQ(zone.asked, 1U);
    EXPECT_EQ(find("a.b.example.org", zone).policy(), DmarcPolicy::none);
    EXPECT_TRUE(find("a.b.example.org", zone).of_parent);
    EXPECT_EQ(find("own.example.org", zone).policy(), DmarcPolicy::quarantine);
    EXPECT_FALSE(find("example.com", zone).record);
}

// MUST MAIL-22
TEST(Dmarc, SeveralRecordsAreNoneAndAFailureIsUnknown)
{
    testing::Zone zone;
    zone.txt("_dmarc.example.org", "v=DMARC1; p=reject").txt("_dmarc.example.org", "v=spf1 -all");
    EXPECT_TRUE(find("example.org", zone).record);
    zone.txt("_dmarc.example.org", "v=DMARC1; p=none");
    EXPECT_FALSE(find("example.org", zone).record);
    EXPECT_FALSE(find("example.org", zone).failed);
    zone.answer("_dmarc.example.com", RecordType::txt, Answer::Status::failed);
    EXPECT_TRUE(find("example.com", zone).failed);
}
} // namespace dmid::mailauth
