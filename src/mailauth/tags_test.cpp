// SPDX-License-Identifier: Apache-2.0
#include "mailauth/dkim_signature.hpp"
#include "mailauth/header.hpp"
#include "mailauth/tags.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
const std::string kHash = "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;";

Errc fault_of(const std::string& value, SignatureKind kind = SignatureKind::dkim)
{
    const auto read = parse_signature(value, kind);
    EXPECT_FALSE(read) << value;
    return read ? Errc::internal_bug : read.error().code;
}
} // namespace

TEST(TagList, ReadsTagsWithFoldsBetweenThem)
{
    const auto tags = TagList::parse(" v = 1 ;\r\n\tb=ab\r\n cd;");
    ASSERT_TRUE(tags);
    EXPECT_EQ(tags->value("v"), "1");
    EXPECT_EQ(tags->value("b"), "ab\r\n cd");
    EXPECT_EQ(tags->value("V", "none"), "none");
    EXPECT_TRUE(TagList::parse("")->all().empty());
}

TEST(TagList, RefusesWhatIsNoList)
{
    for (const std::string_view bad : {"v", "=1", "v=1;;b=2", "v v=1", "1=v", "a=\x01"})
        EXPECT_FALSE(TagList::parse(bad)) << bad;
    EXPECT_EQ(TagList::parse("a=1;b=2;a=1").error().code, Errc::codec_duplicate_key);
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += "t" + std::to_string(i) + "=;";
    EXPECT_FALSE(TagList::parse(many));
}

// MUST MAIL-01
TEST(Header, SplitsFieldsWithTheirFolds)
{
    const auto fields = split_header("From: a\r\nSubject : b\r\n\tc\r\n");
    ASSERT_TRUE(fields);
    ASSERT_EQ(fields->size(), 2U);
    EXPECT_EQ((*fields)[1].name, "subject");
    EXPECT_EQ((*fields)[1].value(), " b\r\n\tc\r\n");
}

// MUST MAIL-01
TEST(Header, RefusesWhatReadersMendEachInTheirWay)
{
    using namespace std::string_view_literals;
    for (const auto bad :
         {""sv, "From: a"sv, "From: a\n"sv, "From: a\rb\r\n"sv, "From: a\n\r\n"sv, "From a\r\n"sv,
          " From: a\r\n"sv, "Fr om: a\r\n"sv, ": a\r\n"sv, "From: a\0\r\n"sv, "From: a\r\n\r\n"sv})
    {
        const auto fields = split_header(bad);
        ASSERT_FALSE(fields) << bad;
        EXPECT_EQ(fields.error().code, Errc::mail_header_invalid);
    }
    EXPECT_EQ(split_header(std::string(kMaxHeader + 1, 'a')).error().code, Errc::codec_too_large);
    std::string many;
    for (std::size_t i = 0; i <= kMaxFields; ++i)
        many += "A: b\r\n";
    EXPECT_FALSE(split_header(many));
}

TEST(Signature, ReadsWhatItSays)
{
    const auto read = parse_signature(
        " v=1; a=rsa-sha256; c=relaxed; d=Example.ORG; s=Sel; h=From:\r\n To; i=a@x.example.org;"
        " l=5; t=10; x=11; b=YQ==; " +
            kHash,
        SignatureKind::dkim);
    ASSERT_TRUE(read) << read.error().context;
    EXPECT_EQ(read->domain, "example.org");
    EXPECT_EQ(read->key_name(), "sel._domainkey.example.org");
    EXPECT_EQ(read->names, (std::vector<std::string>{"from", "to"}));
    EXPECT_EQ(read->identity, "a@x.example.org");
    EXPECT_EQ(read->body_canon, Canon::simple);
    EXPECT_EQ(read->length, 5U);
    EXPECT_EQ(read->expires, 11);
}

// MUST MAIL-02
TEST(Signature, RefusesForTheReasonOfEach)
{
    const std::string rest = "v=1; d=example.org; s=s; h=from; b=YQ==; " + kHash;
    EXPECT_EQ(fault_of("a=rsa-sha1;" + rest), Errc::mail_dkim_algorithm);
    EXPECT_EQ(fault_of(rest), Errc::mail_dkim_algorithm);
    const std::string good = "a=rsa-sha256;" + rest;
    ASSERT_TRUE(parse_signature(good, SignatureKind::dkim));
    EXPECT_EQ(fault_of(good + "i=@example.com"), Errc::mail_dkim_identity);
    EXPECT_EQ(fault_of(good + "i=@evilexample.org"), Errc::mail_dkim_identity);
    for (const std::string bad :
         {"l=-1", "l=1x", "l=9999999999999999999", "t=", "c=other", "q=dns/other", "x=1;t=2", "i=x"})
        EXPECT_EQ(fault_of(good + bad), Errc::mail_dkim_syntax) << bad;
    for (const std::string tag : {"v=1; ", "d=example.org; ", "s=s; ", "b=YQ==; ", "h=from; "})
    {
        auto without = good;
        without.erase(without.find(tag), tag.size());
        EXPECT_EQ(fault_of(without), Errc::mail_dkim_syntax) << tag;
    }
    auto unsigned_from = good;
    unsigned_from.replace(unsigned_from.find("h=from"), 6, "h=to:x");
    EXPECT_EQ(fault_of(unsigned_from), Errc::mail_dkim_from_unsigned);
    EXPECT_EQ(fault_of(good + std::string(kMaxSignatureField, ' ')), Errc::mail_dkim_syntax);
}

TEST(Signature, TakesItsOwnValueOutWhereverItStands)
{
    EXPECT_EQ(without_signature_value("S: b= a b ; bh=x\r\n"), "S: b=; bh=x\r\n");
    EXPECT_EQ(without_signature_value("S: bh=x; b=\r\n aa\r\n bb\r\n"), "S: bh=x; b=");
    EXPECT_EQ(without_signature_value("S: bh=x\r\n"), "");
}
} // namespace dmid::mailauth
