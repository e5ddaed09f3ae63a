// SPDX-License-Identifier: Apache-2.0
#include "channels/email/dkim.hpp"
#include "channels/email/judge.hpp"
#include "channels/email/suffixes.hpp"
#include "net/run_blocking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace dmid::channels::email
{
namespace
{
using model::bit;
using model::Class;

// RFC 8463 §A.2, as PKCS#8.
constexpr const char* kPem = "-----BEGIN PRIVATE KEY-----\n"
                             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                             "-----END PRIVATE KEY-----\n";
constexpr const char* kKey = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr UnixTime kNow = 1'790'000'000;
const std::vector<std::string> kDomains{"node.example"};

/// A name server in memory; what it does not hold does not exist.
class FakeDns final : public net::Dns
{
public:
    std::map<std::string, net::DnsAnswer> txt;
    std::size_t asked = 0;

    void add(const std::string& name, std::string record,
             net::DnsSecurity security = net::DnsSecurity::insecure)
    {
        auto& answer = txt[name];
        answer.status = net::DnsStatus::found;
        answer.security = security;
        answer.records.push_back(std::move(record));
    }
    net::Task<net::DnsAnswer> look_up(std::string name, net::DnsType type, net::Deadline) override
    {
        ++asked;
        net::DnsAnswer out;
        out.status = net::DnsStatus::no_domain;
        if (const auto found = txt.find(name); type == net::DnsType::txt && found != txt.end())
            out = found->second;
        co_return out;
    }
};

struct JudgedMail
{
    std::string header =
        "From: A <a@example.org>\r\nTo: B <8312-3456-7890-1210+481920@node.example>\r\n"
        "Subject: s\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n";
    std::string body = "Hi.\r\n";
    std::shared_ptr<FakeDns> dns = std::make_shared<FakeDns>();
    std::size_t reads = 0;
    bool broken_spool = false;

    void sign()
    {
        const auto signer = DkimSigner::from_pem(kPem, "example.org", "sel");
        header = *signer->sign(header + "\r\n" + body, kNow) + header;
    }
    Result<mailauth::SenderFacts> judge(net::Millis time = net::Millis{5000})
    {
        MailToJudge mail;
        mail.client_ip = "192.0.2.1";
        mail.helo = "mail.example.org";
        mail.envelope_sender = "a@example.org";
        mail.header = header;
        mail.now = kNow;
        mail.read_body = [this](std::uint64_t offset, std::size_t limit) -> Result<Bytes>
        {
            ++reads;
            if (broken_spool)
                return fail(Errc::store_io, "test");
            return to_bytes(as_bytes(std::string_view{body}.substr(offset, limit)));
        };
        return net::run_blocking(
            judge_sender(dns, *load_public_suffixes(), std::move(mail), net::deadline_in(time)));
    }
};

Judgement for_number(const mailauth::SenderFacts& facts)
{
    return judge_for_number(facts, *model::Number::parse("8312 3456 7890 1210"), kDomains);
}
bool has_mark(const Judgement& judgement, std::string_view mark)
{
    return std::find(judgement.marks.begin(), judgement.marks.end(), mark) != judgement.marks.end();
}
} // namespace

// MUST MAIL-30, MAIL-31
TEST(Judge, ASignedMailToTheNumberProvesItsAddress)
{
    JudgedMail mail;
    mail.dns->add("sel._domainkey.example.org", kKey, net::DnsSecurity::secure);
    mail.sign();
    const auto facts = mail.judge();
    ASSERT_TRUE(facts);
    const auto judgement = for_number(*facts);
    EXPECT_EQ(judgement.classes, bit(Class::dmarc));
    EXPECT_EQ(judgement.from, (model::Counterparty{model::EmailAddress{"a@example.org"}}));
    EXPECT_EQ(judgement.once.size(), 1U);
    EXPECT_TRUE(has_mark(judgement, "dnssec"));
    EXPECT_TRUE(has_mark(judgement, "dkim=pass d=example.org s=sel dnssec"));
    // Another number, another domain, an answer address: not what was signed.
    EXPECT_EQ(judge_for_number(*facts, *model::Number::from_payload(1), kDomains).fault,
              Errc::mail_dkim_recipient);
    EXPECT_EQ(judge_for_number(*facts, *model::Number::parse("8312345678901210"), {"other.example"}).classes,
              0U);
    EXPECT_EQ(judge_for_address(*facts, *parse_mail_address("r-abc@node.example")).address, "");
}

// MUST MAIL-31
TEST(Judge, AnAnswerOfTheOwnerNamesTheAnswerAddressItself)
{
    JudgedMail mail;
    mail.header.replace(mail.header.find("B <"),
                        mail.header.find(">\r\nSubject") - mail.header.find("B <") + 1, "r-abc@node.example");
    mail.dns->add("sel._domainkey.example.org", kKey);
    mail.sign();
    const auto facts = mail.judge();
    ASSERT_TRUE(facts);
    EXPECT_EQ(judge_for_address(*facts, *parse_mail_address("r-abc@node.example")).address, "a@example.org");
    EXPECT_EQ(judge_for_address(*facts, *parse_mail_address("r-abd@node.example")).address, "");
}

// MUST MAIL-33
TEST(Judge, WhatNoServerAnswersIsUnknown)
{
    JudgedMail mail;
    mail.dns->txt["sel._domainkey.example.org"].status = net::DnsStatus::failed;
    mail.sign();
    auto judgement = for_number(*mail.judge());
    EXPECT_EQ(judgement.classes, 0U);
    EXPECT_EQ(judgement.unknown, bit(Class::dmarc));
    EXPECT_EQ(judgement.fault, Errc::mail_dns_failed);
    // What DNSSEC refutes is no answer, whatever stands in it.
    mail.dns->txt.clear();
    mail.dns->add("sel._domainkey.example.org", kKey, net::DnsSecurity::bogus);
    EXPECT_EQ(for_number(*mail.judge()).unknown, bit(Class::dmarc));
    // After the deadline nobody is asked.
    mail.dns->asked = 0;
    EXPECT_EQ(for_number(*mail.judge(net::Millis{-1})).unknown, bit(Class::dmarc) | bit(Class::spf_only));
    EXPECT_EQ(mail.dns->asked, 0U);
}

// MUST MAIL-35
TEST(Judge, SpfAloneProvesNoAddressAndReadsNoBody)
{
    JudgedMail mail;
    mail.dns->add("example.org", "v=spf1 ip4:192.0.2.1 -all");
    const auto judgement = for_number(*mail.judge());
    EXPECT_EQ(judgement.classes, bit(Class::spf_only));
    EXPECT_TRUE(judgement.from.empty());
    EXPECT_TRUE(judgement.address.empty());
    EXPECT_EQ(judgement.fault, Errc::mail_dkim_missing);
    EXPECT_EQ(mail.reads, 0U);
}

TEST(Judge, ReadsALongBodyOnceInPieces)
{
    JudgedMail mail;
    mail.dns->add("sel._domainkey.example.org", kKey);
    mail.body = std::string(700'000, 'a') + "\r\n";
    mail.sign();
    EXPECT_EQ(for_number(*mail.judge()).classes, bit(Class::dmarc));
    EXPECT_EQ(mail.reads, 3U);
    mail.broken_spool = true;
    EXPECT_EQ(mail.judge().error().code, Errc::store_io);
}

// MUST MAIL-21
TEST(Suffixes, KnowPublicSuffixesOfSeveralLabels)
{
    const auto organisation = load_public_suffixes();
    ASSERT_TRUE(organisation);
    EXPECT_EQ((*organisation)("a.b.example.co.uk"), "example.co.uk");
    EXPECT_EQ((*organisation)("example.org"), "example.org");
    EXPECT_EQ((*organisation)("co.uk"), "");
    EXPECT_EQ((*organisation)("user.github.io"), "user.github.io");
}
} // namespace dmid::channels::email
