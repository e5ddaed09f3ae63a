// SPDX-License-Identifier: Apache-2.0
#include "net/dns_rdata.hpp"

#include <gtest/gtest.h>

namespace dmid::net
{
namespace
{
Errc refused(DnsType type, std::string_view rdata)
{
    const auto result = decode_rdata(type, as_bytes(rdata));
    return result ? Errc::internal_bug : result.error().code;
}
std::string decoded(DnsType type, std::string_view rdata)
{
    const auto result = decode_rdata(type, as_bytes(rdata));
    return result ? *result : to_string(result.error());
}
using namespace std::string_view_literals;

TEST(DnsName, IsLowerCaseWithoutTheFinalDot)
{
    EXPECT_EQ(dns_name("Mail.Example.TEST.").value(), "mail.example.test");
    EXPECT_EQ(dns_name("_dmarc.example.test").value(), "_dmarc.example.test");
    EXPECT_EQ(dns_name("localhost").value(), "localhost");
}

TEST(DnsName, RefusesWhatDnsCannotHold)
{
    for (const auto& name :
         {""sv, "."sv, ".."sv, ".a"sv, "a..b"sv, "a.."sv, "a b"sv, "a\\.b"sv, "caf\xc3\xa9"sv, "a\0b"sv})
        EXPECT_FALSE(dns_name(name)) << name;
    EXPECT_TRUE(dns_name(std::string(63, 'a') + ".b"));
    EXPECT_FALSE(dns_name(std::string(64, 'a') + ".b"));
    std::string longest;
    for (int i = 0; i < 126; ++i)
        longest += "a.";
    EXPECT_TRUE(dns_name(longest + "a")); // 253
    EXPECT_FALSE(dns_name(longest + "aa"));
}

TEST(DnsRdata, ReadsAddresses)
{
    EXPECT_EQ(decoded(DnsType::a, "\xc0\x00\x02\x07"sv), "192.0.2.7");
    EXPECT_EQ(decoded(DnsType::aaaa, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"sv), "2001:db8::1");
    EXPECT_EQ(refused(DnsType::a, "abc"), Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::aaaa, "abcd"), Errc::net_protocol);
}

TEST(DnsRdata, JoinsTheStringsOfATxtRecord)
{
    EXPECT_EQ(decoded(DnsType::txt, "\x07v=spf1 \0\x04-all"sv), "v=spf1 -all");
    EXPECT_EQ(decoded(DnsType::txt, "\0"sv), "");
    EXPECT_EQ(refused(DnsType::txt, ""), Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::txt, "\x05tiny"), Errc::net_protocol);
}

TEST(DnsRdata, ReadsMailServersAndTheOneThatSaysNoMail)
{
    EXPECT_EQ(decoded(DnsType::mx, "\x01\x0a\x02MX\x04test\0"sv), "266 mx.test");
    EXPECT_EQ(decoded(DnsType::mx, "\0\0\0"sv), "0 .");
    EXPECT_EQ(refused(DnsType::mx, "\0\0"sv), Errc::net_protocol);
}

TEST(DnsRdata, EscapesWhatWouldChangeANamesMeaning)
{
    EXPECT_EQ(decoded(DnsType::ptr, "\x03"
                                    "a.b\x04"
                                    "c\\\x07\xff\0"sv),
              "a\\.b.c\\\\\\007\\255");
}

TEST(DnsRdata, RefusesNamesThatDoNotEndWhereTheyShould)
{
    EXPECT_EQ(refused(DnsType::ptr, ""), Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::ptr, "\x03"
                                    "ab"),
              Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::ptr, "\x02"
                                    "ab"),
              Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::ptr, "\x02"
                                    "ab\0x"sv),
              Errc::net_protocol);
    EXPECT_EQ(refused(DnsType::ptr, "\xc0\x0c"), Errc::net_protocol);
    std::string long_name;
    for (int i = 0; i < 128; ++i)
        long_name += "\x01"
                     "a";
    EXPECT_EQ(refused(DnsType::ptr, long_name + '\0'), Errc::net_protocol);
}

TEST(DnsRdata, BoundsRecordsAnswersAndTheirNumber)
{
    std::string text;
    while (text.size() + 256 <= kMaxDnsRecord)
        text += '\xff' + std::string(255, 'x');
    const auto one = as_bytes(text);
    EXPECT_TRUE(decode_rdata(DnsType::txt, one));
    EXPECT_EQ(refused(DnsType::txt, text + "\x01"
                                           "x"),
              Errc::net_too_large);
    EXPECT_TRUE(decode_records(DnsType::txt, std::vector<ByteView>(4, one)));
    EXPECT_EQ(decode_records(DnsType::txt, std::vector<ByteView>(5, one)).error().code, Errc::net_too_large);
    const std::vector<ByteView> many(kMaxDnsRecords + 1, as_bytes("abcd"));
    EXPECT_EQ(decode_records(DnsType::a, many).error().code, Errc::net_too_large);
    EXPECT_TRUE(decode_records(DnsType::a, std::span{many}.first(kMaxDnsRecords)));
}

TEST(DnsRdata, OneMalformedRecordSpoilsTheAnswer)
{
    const std::vector<ByteView> records{as_bytes("abcd"), as_bytes("abc")};
    EXPECT_EQ(decode_records(DnsType::a, records).error().code, Errc::net_protocol);
}

TEST(DnsWords, ArePrintableAndShort)
{
    EXPECT_EQ(printable_words("a\nb\x1b[31m\xff"), "a?b?[31m?");
    EXPECT_EQ(printable_words(std::string(5000, 'x')).size(), 200U);
}
} // namespace
} // namespace dmid::net
