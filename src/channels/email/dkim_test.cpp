// SPDX-License-Identifier: Apache-2.0
#include "channels/email/dkim.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::email
{
namespace
{
// RFC 8463 §A.2, as PKCS#8.
constexpr const char* kEd25519 = "-----BEGIN PRIVATE KEY-----\n"
                                 "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                 "-----END PRIVATE KEY-----\n";
constexpr std::string_view kSignedMail = "From: A <a@football.example.com>\r\nTo: b@example.net\r\n"
                                         "Subject: two\r\n lines\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"
                                         "Message-ID: <1@football.example.com>\r\n\r\nHi.\r\n";
} // namespace

TEST(Dkim, SignsWithEd25519)
{
    const auto signer = DkimSigner::from_pem(kEd25519, "football.example.com", "brisbane");
    ASSERT_TRUE(signer) << signer.error().context;
    const auto field = signer->sign(kSignedMail, 1528637909);
    ASSERT_TRUE(field) << field.error().context;
    EXPECT_TRUE(
        field->starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; "
                           "d=football.example.com;\r\n\ts=brisbane; t=1528637909;\r\n\th=from:from:to:to:"));
    EXPECT_TRUE(field->ends_with("\r\n"));
    EXPECT_EQ(field->find("\r\n\r\n"), std::string::npos);
    // Ed25519 signatures are a function of key and message.
    EXPECT_EQ(*field, *signer->sign(kSignedMail, 1528637909));
    std::string changed{kSignedMail};
    changed.replace(changed.find("Hi."), 3, "Ho.");
    EXPECT_NE(*field, *signer->sign(changed, 1528637909));
}

TEST(Dkim, RefusesKeysOfOtherKinds)
{
    for (const std::string_view bad :
         {"", "nonsense", "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"})
    {
        const auto signer = DkimSigner::from_pem(bad, "example.org", "s");
        ASSERT_FALSE(signer);
        EXPECT_EQ(signer.error().code, Errc::config_value);
    }
}
} // namespace dmid::channels::email
