// SPDX-License-Identifier: Apache-2.0
#include "channels/webhook/account.hpp"
#include "channels/webhook/signature.hpp"

#include <gtest/gtest.h>

namespace dmid::channels::webhook
{
namespace
{
// The example of the reference implementations (libraries/javascript/src/webhook.test.ts, standardwebhooks).
constexpr const char* kReferenceSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kReferenceId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr UnixTime kReferenceTime = 1614265330;
constexpr const char* kReferenceBody = R"({"test": 2432232314})";
constexpr const char* kReferenceSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

net::Headers head_with(const std::string& id, const std::string& at, const std::string& signature)
{
    net::Headers headers;
    headers.set("webhook-id", id);
    headers.set("webhook-timestamp", at);
    headers.set("webhook-signature", signature);
    return headers;
}

TEST(WebhookSignature, IsThatOfTheReferenceImplementations)
{
    const auto key = SigningKey::parse(kReferenceSecret).value();
    EXPECT_EQ(key.sign(kReferenceId, kReferenceTime, kReferenceBody), kReferenceSignature);
    EXPECT_EQ(key.reveal(), kReferenceSecret);
}

TEST(WebhookSignature, IsFoundAmongThoseOfOtherKeysAndVersions)
{
    const auto key = SigningKey::parse(kReferenceSecret).value();
    const auto verifies = [&](const std::string& signatures)
    { return key.verifies(kReferenceId, kReferenceTime, kReferenceBody, signatures); };
    const std::string good = kReferenceSignature;
    const auto other = "v1," + to_base64(Bytes(32));
    EXPECT_TRUE(verifies(good));
    EXPECT_TRUE(verifies(other + " v1a,x " + good));
    EXPECT_TRUE(verifies(good + " " + other));
    EXPECT_FALSE(verifies(""));
    EXPECT_FALSE(verifies(other));
    EXPECT_FALSE(verifies("v1a," + good.substr(3)));
    EXPECT_FALSE(verifies("v2," + good.substr(3)));
    EXPECT_FALSE(verifies(good.substr(3)));
    EXPECT_FALSE(verifies(good.substr(0, good.size() - 1)));
    EXPECT_FALSE(verifies("v1," + to_base64(Bytes{})));
}

TEST(WebhookSignature, CoversIdTimeAndBody)
{
    const auto key = SigningKey::parse(kReferenceSecret).value();
    EXPECT_FALSE(key.verifies("msg_other", kReferenceTime, kReferenceBody, kReferenceSignature));
    EXPECT_FALSE(key.verifies(kReferenceId, kReferenceTime + 1, kReferenceBody, kReferenceSignature));
    EXPECT_FALSE(key.verifies(kReferenceId, kReferenceTime, R"({"test":2432232314})", kReferenceSignature));
}

TEST(WebhookSignature, TakesSecretsOfTheSpecificationsSizesAlone)
{
    const auto secret = [](std::size_t size) { return "whsec_" + to_base64(Bytes(size, 1)); };
    EXPECT_TRUE(SigningKey::parse(secret(24)));
    EXPECT_TRUE(SigningKey::parse(secret(64)));
    EXPECT_TRUE(SigningKey::parse(to_base64(Bytes(32, 1))));
    for (const auto& bad : {secret(23), secret(65), std::string{}, std::string{"whsec_"},
                            std::string{"whsec_not base64 at all, in any case!"}})
    {
        const auto key = SigningKey::parse(bad);
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, Errc::config_value);
    }
}

TEST(WebhookSignature, HasAnotherKeyForEachUrlAndEachNode)
{
    const auto secret = node_secret_of("one");
    const auto key = SigningKey::of_url(secret, "https://a.example/");
    EXPECT_EQ(key.reveal(), SigningKey::of_url(secret, "https://a.example/").reveal());
    EXPECT_NE(key.reveal(), SigningKey::of_url(secret, "https://a.example/b").reveal());
    EXPECT_NE(key.reveal(), SigningKey::of_url(node_secret_of("two"), "https://a.example/").reveal());
    EXPECT_EQ(key.reveal().size(), 50U);
}

TEST(WebhookSignature, ReadsHeadersWithinFiveMinutesAlone)
{
    const auto at = [](UnixTime now) { return read_signed_head(head_with("m1", "1000000", "v1,x"), now); };
    EXPECT_EQ(at(1000000)->id, "m1");
    EXPECT_TRUE(at(1000000 + kWindow));
    EXPECT_TRUE(at(1000000 - kWindow));
    EXPECT_EQ(at(1000000 + kWindow + 1).error().code, Errc::message_time);
    EXPECT_EQ(at(1000000 - kWindow - 1).error().code, Errc::message_time);
}

TEST(WebhookSignature, RefusesHeadersThatAreNone)
{
    const auto refused = [](const net::Headers& headers)
    {
        const auto head = read_signed_head(headers, 1000000);
        return !head && head.error().code == Errc::crypto_signature_invalid;
    };
    EXPECT_TRUE(refused({}));
    for (const auto* id : {"", "a.b", "a b", "ü"})
        EXPECT_TRUE(refused(head_with(id, "1000000", "v1,x"))) << id;
    EXPECT_TRUE(refused(head_with(std::string(129, 'a'), "1000000", "v1,x")));
    for (const auto* time : {"", "-1", "1e6", "1000000 ", "0x10", "1000000.5", "9999999999999999999"})
        EXPECT_TRUE(refused(head_with("m1", time, "v1,x"))) << time;
    EXPECT_TRUE(refused(head_with("m1", "1000000", std::string(2049, 'a'))));
}

TEST(WebhookAccount, IsAUrlAProgramOrWhomAProgramSpeaksFor)
{
    EXPECT_EQ(to_string(parse_account("HTTPS://Example.org:443/Hook?k=1#part").value()),
              "https://example.org/Hook?k=1");
    EXPECT_EQ(to_string(parse_account("ci").value()), "ci");
    const auto sender = parse_account("ci/@alice:example.org").value();
    EXPECT_EQ(sender.program, "ci");
    EXPECT_EQ(sender.sender, "@alice:example.org");
    EXPECT_EQ(to_string(sender), "ci/@alice:example.org");
    for (const auto* bad : {"ci/a/b", "ci/a b", "-ci", "Ci", "ci/ü", "mailto:a@b", "://"})
        EXPECT_EQ(parse_account(bad).error().code, Errc::channel_address_invalid) << bad;
}

TEST(WebhookAccount, KeepsProgramsWithinTheirScopes)
{
    EXPECT_TRUE(is_among({}, ""));
    EXPECT_FALSE(is_among({}, "builds"));
    EXPECT_TRUE(is_among({"builds", "team-*"}, "team-a"));
    EXPECT_FALSE(is_among({"builds", "team-*"}, "builds2"));
    EXPECT_FALSE(is_among({"team-*"}, "Team-a"));
    EXPECT_TRUE(is_among({"*"}, "anybody"));
    EXPECT_TRUE(is_scope("*") && is_scope("team-*") && is_scope("a@b"));
    EXPECT_FALSE(is_scope("") || is_scope("a*b") || is_scope("a/b") || is_scope("**"));
}
} // namespace
} // namespace dmid::channels::webhook
