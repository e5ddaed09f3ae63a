// SPDX-License-Identifier: Apache-2.0
#include "mailauth/sender.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
using Near = SenderFacts::Near;

/// A message that proves its sender for n@node.example: what each test breaks.
SenderFacts sound()
{
    SenderFacts out;
    out.from = Mailbox{"a", "mail.example.org"};
    out.to = {{"n", "node.example"}};
    out.fields_once = true;
    out.spf = {SpfResult::pass, "mail.example.org", false};
    out.spf_near = Near::same;
    DkimVerdict verdict;
    verdict.signature.domain = "mail.example.org";
    verdict.signature.names = {"from", "to", "date", "subject", "message-id"};
    verdict.signature.value = {1, 2, 3};
    out.dkim = {verdict};
    out.dkim_near = {Near::same};
    return out;
}

SenderProof prove(const SenderFacts& facts)
{
    return prove_sender(facts,
                        [](const Mailbox& mailbox) {
                            return mailbox == Mailbox{"n", "node.example"};
                        });
}

void expect_unproven(const SenderFacts& facts, Errc why)
{
    const auto proof = prove(facts);
    EXPECT_FALSE(proof.dmarc) << name(why);
    EXPECT_EQ(proof.fault, why);
    EXPECT_FALSE(proof.from) << name(why);
    EXPECT_TRUE(proof.once.empty()) << name(why);
    EXPECT_FALSE(proof.dmarc_unknown) << name(why);
}
} // namespace

// MUST MAIL-30, MAIL-34
TEST(Sender, AnAlignedSignatureOverEverythingProvesTheAddress)
{
    const auto proof = prove(sound());
    EXPECT_TRUE(proof.dmarc);
    EXPECT_EQ(proof.from, (Mailbox{"a", "mail.example.org"}));
    ASSERT_EQ(proof.once.size(), 1U);
    EXPECT_EQ(proof.once.front(), once_value(Bytes{1, 2, 3}));
    EXPECT_FALSE(proof.spf_only);
    EXPECT_FALSE(proof.fault);
}

// MUST MAIL-30
TEST(Sender, EachThingThatIsMissingTakesTheProofAway)
{
    auto facts = sound();
    facts.from.reset();
    expect_unproven(facts, Errc::mail_from);
    facts = sound();
    facts.fault = Errc::mail_header_invalid;
    expect_unproven(facts, Errc::mail_header_invalid);
    facts = sound();
    facts.dkim.clear();
    facts.dkim_near.clear();
    expect_unproven(facts, Errc::mail_dkim_missing);
    facts = sound();
    facts.dkim[0].fault = Errc::mail_dkim_body;
    expect_unproven(facts, Errc::mail_dkim_body);
    facts = sound();
    facts.dkim[0].testing = true;
    expect_unproven(facts, Errc::mail_dkim_key_testing);
    facts = sound();
    facts.dkim[0].partial = true;
    expect_unproven(facts, Errc::mail_dkim_length);
    facts = sound();
    facts.dkim[0].bare_line_end = true;
    expect_unproven(facts, Errc::mail_line_end);
    facts = sound();
    facts.dkim_near[0] = Near::no;
    expect_unproven(facts, Errc::mail_dkim_not_aligned);
    facts = sound();
    facts.fields_once = false;
    expect_unproven(facts, Errc::mail_dkim_fields);
    for (std::size_t i = 0; i < 5; ++i)
    {
        facts = sound();
        facts.dkim[0].signature.names.erase(facts.dkim[0].signature.names.begin() +
                                            static_cast<std::ptrdiff_t>(i));
        expect_unproven(facts, Errc::mail_dkim_fields);
    }
    facts = sound();
    facts.to = {{"m", "node.example"}};
    expect_unproven(facts, Errc::mail_dkim_recipient);
}

// MUST MAIL-31
TEST(Sender, ARecipientInCcCountsWhereCcIsSigned)
{
    auto facts = sound();
    std::swap(facts.to, facts.cc);
    expect_unproven(facts, Errc::mail_dkim_recipient);
    facts.dkim[0].signature.names.emplace_back("cc");
    EXPECT_TRUE(prove(facts).dmarc);
}

// MUST MAIL-32
TEST(Sender, ADomainOfTheSameOrganisationSpeaksOnlyWhereARecordAllowsIt)
{
    auto facts = sound();
    facts.dkim_near[0] = Near::organisation;
    expect_unproven(facts, Errc::mail_dkim_not_aligned);
    facts.dmarc.record = DmarcRecord{};
    EXPECT_TRUE(prove(facts).dmarc);
    facts.dmarc.record->strict_dkim = true;
    expect_unproven(facts, Errc::mail_dkim_not_aligned);
    facts.dkim_near[0] = Near::same;
    EXPECT_TRUE(prove(facts).dmarc);
}

// MUST MAIL-33
TEST(Sender, WhatCouldNotBeLookedUpIsUnknownOnlyWhereItDecides)
{
    auto facts = sound();
    facts.dkim[0].fault = Errc::mail_dns_failed;
    auto proof = prove(facts);
    EXPECT_FALSE(proof.dmarc);
    EXPECT_TRUE(proof.dmarc_unknown);
    EXPECT_EQ(proof.fault, Errc::mail_dns_failed);
    facts.to.clear();
    expect_unproven(facts, Errc::mail_dkim_recipient);

    facts = sound();
    facts.dmarc.failed = true;
    EXPECT_TRUE(prove(facts).dmarc); // the same domain needs no record
    facts.dkim_near[0] = Near::organisation;
    proof = prove(facts);
    EXPECT_FALSE(proof.dmarc);
    EXPECT_TRUE(proof.dmarc_unknown);
}

// MUST MAIL-35
TEST(Sender, SpfAloneProvesAServerAndNoAddress)
{
    auto facts = sound();
    facts.dkim.clear();
    facts.dkim_near.clear();
    auto proof = prove(facts);
    EXPECT_TRUE(proof.spf_only);
    EXPECT_FALSE(proof.from);
    facts.spf_near = Near::organisation;
    EXPECT_FALSE(prove(facts).spf_only);
    facts.dmarc.record = DmarcRecord{};
    EXPECT_TRUE(prove(facts).spf_only);
    facts.dmarc.record->strict_spf = true;
    EXPECT_FALSE(prove(facts).spf_only);
    facts = sound();
    facts.dkim[0].fault = Errc::mail_dkim_body;
    facts.spf.result = SpfResult::softfail;
    EXPECT_FALSE(prove(facts).spf_only);
    facts.spf.result = SpfResult::temperror;
    EXPECT_TRUE(prove(facts).spf_unknown);
    EXPECT_FALSE(prove(sound()).spf_unknown);
}

TEST(Sender, DmarcPassesAsTheStandardHasIt)
{
    auto facts = sound();
    EXPECT_EQ(facts.dmarc_passes(), std::nullopt);
    facts.dmarc.record = DmarcRecord{};
    EXPECT_EQ(facts.dmarc_passes(), true);
    facts.spf.result = SpfResult::fail;
    facts.dkim[0].fault = Errc::mail_dkim_body;
    EXPECT_EQ(facts.dmarc_passes(), false);
    facts.dkim[0].fault = Errc::mail_dns_failed;
    EXPECT_EQ(facts.dmarc_passes(), std::nullopt);
}
} // namespace dmid::mailauth
