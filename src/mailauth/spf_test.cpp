// SPDX-License-Identifier: Apache-2.0
#include "mailauth/spf.hpp"
#include "mailauth/spf_record.hpp"
#include "mailauth/testing_answers.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
SpfVerdict ask(testing::Zone& zone, std::string ip, std::string sender, std::string helo = "mail.example.org")
{
    const auto client = parse_ip(ip);
    EXPECT_TRUE(client) << ip;
    const SpfRequest request{*client, std::move(helo), std::move(sender)};
    return zone.drive([&](Answers& answers) { return check_spf(request, answers); });
}
/// The result for 192.0.2.1 and a@example.org, whose record is `record`.
std::string_view with(std::string record, testing::Zone zone = {}, std::string ip = "192.0.2.1")
{
    zone.txt("example.org", std::move(record));
    return name(ask(zone, std::move(ip), "a@example.org").result);
}
std::string expanded(std::string_view text)
{
    // The sender, address and domain of RFC 7208 §7.4.
    SpfValues values{"strong-bad@email.example.com", "email.example.com", "mail.example.com", "192.0.2.3"};
    const auto parsed = parse_spf_text(text, SpfTextUse::other);
    return parsed ? expand(*parsed, values) : "error";
}
} // namespace

// MUST MAIL-10
TEST(SpfRecord, ReadsEveryMechanismAndRefusesTheRestAsAWhole)
{
    for (const std::string_view good :
         {"v=spf1", "V=SPF1 -ALL", "v=spf1  a mx ptr ~all ",
          "v=spf1 a/24 a//64 a/24//64 mx:x.org/8 a:%{d}/24",
          "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::1",
          "v=spf1 exists:%{ir}.%{v}._spf.%{d2} redirect=_x.%{d}", "v=spf1 include:a.example exp=e.%{d}",
          "v=spf1 unknown=what%%ever x-y.z_1= -all", "v=spf1 a:foo.example. ?all"})
        EXPECT_TRUE(parse_spf_record(good)) << good;
    for (const std::string_view bad : {"v=spf10",
                                       "v=spf1 all:x",
                                       "v=spf1 all/8",
                                       "v=spf1 include",
                                       "v=spf1 include:",
                                       "v=spf1 exists",
                                       "v=spf1 foo",
                                       "v=spf1 a:",
                                       "v=spf1 a/33",
                                       "v=spf1 a//129",
                                       "v=spf1 a/024",
                                       "v=spf1 a/",
                                       "v=spf1 a:foo",
                                       "v=spf1 a:1.2.3.4",
                                       "v=spf1 a:foo.bar/",
                                       "v=spf1 ip4:1.2.3",
                                       "v=spf1 ip4:1.2.3.4/33",
                                       "v=spf1 ip4:::1",
                                       "v=spf1 ip6:1.2.3.4",
                                       "v=spf1 ip4",
                                       "v=spf1 ip4:1.2.3.4/",
                                       "v=spf1 ip4:1.2.3.4:8080",
                                       "v=spf1 ptr/24",
                                       "v=spf1 --all",
                                       "v=spf1 redirect=",
                                       "v=spf1 redirect=a.b redirect=a.b",
                                       "v=spf1 exp=a.b exp=a.b",
                                       "v=spf1 a:%{x}.org",
                                       "v=spf1 a:%{d",
                                       "v=spf1 a:%(d)",
                                       "v=spf1 a:%{d0}.org",
                                       "v=spf1 a:%{t}.org",
                                       "v=spf1 a:%{d}x",
                                       "v=spf1 mx:a.b-",
                                       "v=spf1 a\tb",
                                       "v=spf1 =x",
                                       "v=spf1 a:b.\xc3\xbc",
                                       "-all"})
        EXPECT_FALSE(parse_spf_record(bad)) << bad;
    EXPECT_FALSE(parse_spf_record("v=spf1 " + std::string(kMaxSpfRecord, ' ')));
}

// MUST MAIL-11
TEST(SpfMacro, ExpandsTheStandardsExamples)
{
    // RFC 7208 §7.4
    EXPECT_EQ(expanded("%{s}"), "strong-bad@email.example.com");
    EXPECT_EQ(expanded("%{o}"), "email.example.com");
    EXPECT_EQ(expanded("%{d4}"), "email.example.com");
    EXPECT_EQ(expanded("%{d2}"), "example.com");
    EXPECT_EQ(expanded("%{d1}"), "com");
    EXPECT_EQ(expanded("%{dr}"), "com.example.email");
    EXPECT_EQ(expanded("%{d2r}"), "example.email");
    EXPECT_EQ(expanded("%{l}"), "strong-bad");
    EXPECT_EQ(expanded("%{l-}"), "strong.bad");
    EXPECT_EQ(expanded("%{lr-}"), "bad.strong");
    EXPECT_EQ(expanded("%{l1r-}"), "strong");
    EXPECT_EQ(expanded("%{ir}.%{v}._spf.%{d2}"), "3.2.0.192.in-addr._spf.example.com");
    EXPECT_EQ(expanded("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}"),
              "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
    EXPECT_EQ(expanded("%{d2}.trusted-domains.example.net"), "example.com.trusted-domains.example.net");
    EXPECT_EQ(expanded("a%%b%-%_c"), "a%b%20 c");
    EXPECT_EQ(expanded("%{S}"), "strong-bad%40email.example.com");
    // Cut at the left, label by label.
    EXPECT_EQ(expanded(std::string(200, 'a') + "." + std::string(60, 'b') + ".org"),
              std::string(60, 'b') + ".org");
}

// MUST MAIL-11
TEST(SpfMacro, WritesIpv6AsNibbles)
{
    EXPECT_EQ(parse_ip("2001:db8::cb01")->dotted(),
              "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1");
    EXPECT_EQ(parse_ip("192.0.2.3")->reverse_name(), "3.2.0.192.in-addr.arpa");
    EXPECT_TRUE(parse_ip("2001:db8::1")->reverse_name().starts_with("1.0.0.0."));
}

// MUST MAIL-10
TEST(Spf, MatchesEachMechanism)
{
    EXPECT_EQ(with("v=spf1 -all"), "fail");
    EXPECT_EQ(with("v=spf1 ~all"), "softfail");
    EXPECT_EQ(with("v=spf1 ?all"), "neutral");
    EXPECT_EQ(with("v=spf1"), "neutral");
    EXPECT_EQ(with("v=spf1 ip4:192.0.2.0/31 -all"), "pass");
    EXPECT_EQ(with("v=spf1 ip4:192.0.2.2/31 -all"), "fail");
    EXPECT_EQ(with("v=spf1 ip6:2001:db8::/33 -all", {}, "2001:db8:7fff::1"), "pass");
    EXPECT_EQ(with("v=spf1 ip6:2001:db8::/33 -all", {}, "2001:db8:8000::1"), "fail");
    EXPECT_EQ(with("v=spf1 ip4:192.0.2.1 -all", {}, "::ffff:192.0.2.1"), "pass");
    testing::Zone zone;
    zone.a("example.org", "192.0.2.77").a("mx1.example.org", "192.0.2.1").a("host.example.net", "192.0.2.1");
    zone.add("example.org", RecordType::mx, "10 mx0.example.org")
        .add("example.org", RecordType::mx, "20 mx1.example.org.");
    zone.add("1.2.0.192.in-addr.arpa", RecordType::ptr, "host.example.net");
    EXPECT_EQ(with("v=spf1 a -all", zone), "fail");
    EXPECT_EQ(with("v=spf1 a/24 -all", zone), "pass");
    EXPECT_EQ(with("v=spf1 -mx ~all", zone), "fail");
    EXPECT_EQ(with("v=spf1 ptr:example.net -all", zone), "pass");
    EXPECT_EQ(with("v=spf1 ptr -all", zone), "fail");
    EXPECT_EQ(with("v=spf1 exists:%{l}.mx1.example.org exists:mx1.example.org -all", zone), "pass");
    EXPECT_EQ(with("v=spf1 a:%{p} -all", zone), "pass");
}

// MUST MAIL-12
TEST(Spf, FollowsIncludeAndRedirect)
{
    testing::Zone zone;
    zone.txt("yes.example", "v=spf1 ip4:192.0.2.1 -all")
        .txt("no.example", "v=spf1 -all")
        .txt("bad.example", "v=spf1 bad");
    EXPECT_EQ(with("v=spf1 ?include:yes.example -all", zone), "neutral");
    EXPECT_EQ(with("v=spf1 include:no.example ~all", zone), "softfail");
    EXPECT_EQ(with("v=spf1 include:bad.example ~all", zone), "permerror");
    EXPECT_EQ(with("v=spf1 include:none.example ~all", zone), "permerror");
    EXPECT_EQ(with("v=spf1 redirect=no.example", zone), "fail");
    EXPECT_EQ(with("v=spf1 redirect=none.example", zone), "permerror");
    EXPECT_EQ(with("v=spf1 redirect=none.example ?all", zone), "neutral");
    EXPECT_EQ(with("v=spf1 include:example.org -all", zone), "permerror"); // a loop
    EXPECT_EQ(with("v=spf1 redirect=example.org", zone), "permerror");
    zone.answer("down.example", RecordType::txt, Answer::Status::failed);
    EXPECT_EQ(with("v=spf1 include:down.example -all", zone), "temperror");
}

// MUST MAIL-13
TEST(Spf, StopsAtItsLimits)
{
    testing::Zone zone;
    std::string ten = "v=spf1";
    for (int i = 0; i < 10; ++i)
    {
        zone.a("h" + std::to_string(i) + ".example", "198.51.100.1");
        ten += " a:h" + std::to_string(i) + ".example";
    }
    EXPECT_EQ(with(ten + " -all", zone), "fail");
    EXPECT_EQ(with(ten + " a:h0.example -all", zone), "permerror");
    EXPECT_EQ(with("v=spf1 a:v1.example a:v2.example -all"), "fail");
    EXPECT_EQ(with("v=spf1 a:v1.example a:v2.example exists:v3.example -all"), "permerror");
    testing::Zone many;
    for (int i = 0; i < 10; ++i)
        many.add("ten.example", RecordType::mx, "1 m" + std::to_string(i) + ".example");
    EXPECT_EQ(with("v=spf1 mx:ten.example -all", many), "fail");
    many.add("ten.example", RecordType::mx, "1 m10.example");
    EXPECT_EQ(with("v=spf1 mx:ten.example -all", many), "permerror");
    // Of the names of an address only the first ten are looked at.
    testing::Zone names;
    for (int i = 0; i < 11; ++i)
    {
        const auto host = "n" + std::to_string(i) + (i == 10 ? ".good.example" : ".bad.example");
        names.add("1.2.0.192.in-addr.arpa", RecordType::ptr, host).a(host, "192.0.2.1");
    }
    EXPECT_EQ(with("v=spf1 ptr:good.example -all", names), "fail");
}

// MUST MAIL-13
TEST(Spf, AHostOfTheOtherFamilyAloneIsNoVoidLookup)
{
    testing::Zone zone;
    for (const auto* host : {"a.example", "b.example", "c.example"})
        zone.a(host, "192.0.2.1");
    EXPECT_EQ(with("v=spf1 a:a.example a:b.example a:c.example -all", zone, "2001:db8::1"), "fail");
}

// MUST MAIL-14
TEST(Spf, TellsNoRecordAndSeveralAndAFailureApart)
{
    testing::Zone zone;
    zone.txt("example.org", "v=spf1 -all").txt("example.org", "other");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@example.org").result), "fail");
    zone.txt("example.org", "v=spf1");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@example.org").result), "permerror");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@none.example").result), "none");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@localhost").result), "none");
    zone.answer("down.example", RecordType::txt, Answer::Status::failed);
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@down.example").result), "temperror");
    zone.txt("h.example", "v=spf1 a:down2.example -all")
        .answer("down2.example", RecordType::a, Answer::Status::failed);
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "a@h.example").result), "temperror");
}

// MUST MAIL-14
TEST(Spf, TheNullSenderIsThePostmasterOfTheHost)
{
    testing::Zone zone;
    zone.txt("mail.example.org", "v=spf1 exists:%{l}.%{o}.ok.example -all")
        .a("postmaster.mail.example.org.ok.example", "127.0.0.2");
    const auto verdict = ask(zone, "192.0.2.1", "", "Mail.Example.org.");
    EXPECT_EQ(name(verdict.result), "pass");
    EXPECT_EQ(verdict.domain, "mail.example.org");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "", "[192.0.2.1]").result), "none");
    EXPECT_EQ(name(ask(zone, "192.0.2.1", "@mail.example.org").result), "pass");
}
} // namespace dmid::mailauth
