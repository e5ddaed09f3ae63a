// SPDX-License-Identifier: Apache-2.0
#include "mailauth/arc.hpp"
#include "mailauth/testing_answers.hpp"

#include <gtest/gtest.h>

namespace dmid::mailauth
{
namespace
{
std::string set_of(int i, const std::string& validation)
{
    const auto n = std::to_string(i);
    return "ARC-Seal: i=" + n + "; a=rsa-sha256; cv=" + validation + "; d=x.org; s=s; b=YQ==\r\n" +
           "ARC-Message-Signature: i=" + n + "; a=rsa-sha256; c=relaxed/relaxed; d=x.org; s=s; h=from;" +
           " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=YQ==\r\n" +
           "ARC-Authentication-Results: i=" + n + "; x.org; spf=pass\r\n";
}

ArcVerdict check(const std::string& header, testing::Zone zone = {})
{
    const auto whole = header + "From: a@b.org\r\n";
    const auto fields = split_header(whole);
    EXPECT_TRUE(fields);
    BodyHashes bodies;
    const ArcCheck arc{*fields, bodies};
    bodies.finish();
    return zone.drive([&](Answers& answers) { return arc.verdict(bodies, 0, answers); });
}
} // namespace

// MUST MAIL-25
TEST(Arc, AMessageWithoutSetsHasNoChain)
{
    EXPECT_EQ(check("").state, ArcVerdict::State::none);
}

// MUST MAIL-25
TEST(Arc, SetsThatMakeNoChainFailWithoutAQuestion)
{
    const auto set = set_of(1, "none");
    for (const auto& bad :
         {set_of(1, "pass"), set_of(1, "none") + set_of(3, "pass"), set_of(1, "none") + set_of(2, "fail"),
          set + set, set.substr(0, set.find("ARC-Message")), set.substr(set.find("ARC-Message")),
          set_of(0, "none"), set_of(21, "none"), set_of(1, "none") + set_of(2, "none")})
    {
        const auto verdict = check(bad);
        EXPECT_EQ(verdict.state, ArcVerdict::State::fail) << bad;
        EXPECT_EQ(verdict.fault, Errc::mail_arc_chain) << bad;
    }
}

// MUST MAIL-25
TEST(Arc, AChainWithoutItsKeyFailsAndOneThatNobodyAnswersForIsUnknown)
{
    auto verdict = check(set_of(2, "pass") + set_of(1, "none"));
    EXPECT_EQ(verdict.state, ArcVerdict::State::fail);
    EXPECT_EQ(verdict.fault, Errc::mail_dkim_no_key);
    EXPECT_EQ(verdict.sets, 2U);
    testing::Zone zone;
    zone.answer("s._domainkey.x.org", RecordType::txt, Answer::Status::failed);
    verdict = check(set_of(1, "none"), zone);
    EXPECT_EQ(verdict.state, ArcVerdict::State::unknown);
    EXPECT_EQ(verdict.sealer, "x.org");
}
} // namespace dmid::mailauth
