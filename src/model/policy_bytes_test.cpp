// SPDX-License-Identifier: Apache-2.0
#include "model/policy_bytes.hpp"
#include "model/test_keys.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace dmid::model
{
namespace
{
using test::identity;
using test::key;

SignedPolicy signed_policy(std::uint64_t seq, const Hash32& previous, Bytes body = {0xa0},
                           std::uint8_t by = 9)
{
    SignedPolicy policy{{identity(), key(by), seq, previous, std::move(body)}, {}};
    policy.signature = test::sign(by, policy_hash(policy.content));
    return policy;
}

TEST(PolicyBytes, ComeBackAndVerify)
{
    const auto first = signed_policy(1, {});
    const auto second = signed_policy(2, policy_hash(first.content));
    for (const auto& policy : {first, second})
    {
        const auto bytes = encode_policy(policy).value();
        EXPECT_EQ(decode_policy(bytes).value(), policy);
        EXPECT_TRUE(verify_policy(policy, identity(), key(9)));
    }
}

// MUST POL-20
TEST(PolicyBytes, AreOfOneNumberEpochAndKey)
{
    const auto policy = signed_policy(1, {});
    EXPECT_EQ(verify_policy(policy, identity(2), key(9)).error().code, Errc::policy_signature);
    EXPECT_EQ(verify_policy(policy, identity(), key(8)).error().code, Errc::policy_signature);
    auto altered = policy;
    altered.content.body = {0xa1};
    EXPECT_EQ(verify_policy(altered, identity(), key(9)).error().code, Errc::policy_signature);
}

TEST(PolicyBytes, HaveALimitAndOneForm)
{
    EXPECT_EQ(encode_policy(signed_policy(1, {}, Bytes(kMaxPolicyBody + 1))).error().code,
              Errc::policy_too_large);
    EXPECT_EQ(decode_policy(Bytes(kMaxPolicyBytes + 1)).error().code, Errc::policy_too_large);
    EXPECT_TRUE(decode_policy(encode_policy(signed_policy(1, {}, Bytes(kMaxPolicyBody))).value()));
    EXPECT_EQ(decode_policy(encode_policy(signed_policy(0, {})).value()).error().code, Errc::codec_range);
}

// MUST POL-21
TEST(PolicyBytes, FollowEachOtherByOneAndByHash)
{
    const auto first = signed_policy(1, {});
    const auto second = signed_policy(2, policy_hash(first.content));
    const auto code = [](const std::optional<PolicyPosition>& present, const SignedPolicy& next)
    {
        const auto checked = check_successor(present, next.content);
        return checked ? Errc::internal_bug : checked.error().code;
    };
    EXPECT_TRUE(check_successor({}, first.content));
    EXPECT_TRUE(check_successor(position_of(first.content), second.content));
    EXPECT_EQ(code({}, second), Errc::policy_seq);
    EXPECT_EQ(code(position_of(first.content), first), Errc::policy_seq);
    EXPECT_EQ(code(position_of(second.content), first), Errc::policy_seq);
    EXPECT_EQ(code(position_of(first.content), signed_policy(3, policy_hash(first.content))),
              Errc::policy_seq);
    EXPECT_EQ(code(position_of(first.content), signed_policy(2, Hash32{{1}})), Errc::policy_seq);
    // A new policy key in the document starts a new chain, and publishing beats a stolen policy key.
    EXPECT_TRUE(check_successor(position_of(second.content), signed_policy(1, {}, {0xa0}, 8).content));
    EXPECT_EQ(code(position_of(second.content), signed_policy(3, policy_hash(second.content), {0xa0}, 8)),
              Errc::policy_seq);
}

// MUST POL-21
TEST(PolicyBytes, OfTwoSuccessorsEveryGatewayTakesTheSame)
{
    const auto a = signed_policy(1, {}, {0xa0});
    const auto b = signed_policy(1, {}, {0x80});
    EXPECT_EQ(preferred(a, b), preferred(b, a));
    EXPECT_LE(policy_hash(preferred(a, b).content), policy_hash(a.content));
}

// MUST POL-22
TEST(PolicyHead, ComesBackVerifiesAndCompares)
{
    const auto policy = signed_policy(1, {});
    PolicyHead head{identity(), position_of(policy.content), 1'790'000'000, {}};
    head.signature = test::sign(9, head_message(head.identity, head.position, head.time));
    EXPECT_TRUE(verify_head(head, identity(), key(9)));
    EXPECT_EQ(decode_head(encode_head(head)).value(), head);
    EXPECT_EQ(verify_head(head, identity(2), key(9)).error().code, Errc::policy_signature);
    auto later = head;
    later.time += 1;
    EXPECT_EQ(verify_head(later, identity(), key(9)).error().code, Errc::policy_signature);
    EXPECT_TRUE(ahead(later, head));
    EXPECT_FALSE(ahead(head, head));
    auto next = head;
    next.position.seq = 2;
    EXPECT_TRUE(ahead(next, later));
}

struct HeadVector
{
    Bytes bytes;
    Identity identity;
    XOnlyKey key;
    std::string error;
    std::string over;
};

std::vector<std::pair<std::string, HeadVector>> head_vectors(const std::string& kind)
{
    std::vector<std::pair<std::string, HeadVector>> out;
    const auto folder = std::string{DMID_SOURCE_DIR} + "/docs/protocol/vectors/head/" + kind;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
    {
        std::stringstream text;
        text << std::ifstream{entry.path()}.rdbuf();
        const auto object = boost::json::parse(text.str()).as_object();
        const auto word = [&](const char* name)
        { return object.contains(name) ? std::string{object.at(name).as_string()} : std::string{}; };
        HeadVector vector;
        vector.bytes = from_hex(word("bytes")).value();
        vector.identity = {{static_cast<std::uint64_t>(object.at("chain").as_int64()),
                            fixed_from_hex<Address>(word("registry")).value()},
                           Number::parse(word("number")).value(),
                           static_cast<std::uint32_t>(object.at("epoch").as_int64())};
        vector.key = fixed_from_hex<XOnlyKey>(word("policy_key")).value();
        vector.error = word("error");
        vector.over = word("over");
        out.emplace_back(entry.path().filename().string(), std::move(vector));
    }
    return out;
}

// MUST POL-21, POL-22, POL-23
TEST(PolicyHeadVectors, ValidOnesVerifyAndStandInTheirOrder)
{
    const auto vectors = head_vectors("valid");
    EXPECT_GE(vectors.size(), 4U);
    for (const auto& [name, vector] : vectors)
    {
        const auto head = decode_head(vector.bytes);
        ASSERT_TRUE(head) << name << ": " << to_string(head.error());
        EXPECT_TRUE(verify_head(*head, vector.identity, vector.key)) << name;
        EXPECT_EQ(encode_head(*head), vector.bytes) << name;
        if (vector.over.empty())
            continue;
        const auto other = decode_head(from_hex(vector.over).value()).value();
        EXPECT_TRUE(verify_head(other, vector.identity, vector.key)) << name;
        EXPECT_TRUE(ahead(*head, other)) << name;
        EXPECT_FALSE(ahead(other, *head)) << name;
    }
}

// MUST POL-22
TEST(PolicyHeadVectors, InvalidOnesAreRefusedForTheStatedReason)
{
    const auto vectors = head_vectors("invalid");
    EXPECT_GE(vectors.size(), 20U);
    for (const auto& [name, vector] : vectors)
    {
        const auto head = decode_head(vector.bytes);
        const auto verified = head ? verify_head(*head, vector.identity, vector.key)
                                   : Result<>{tl::unexpected<Error>(head.error())};
        ASSERT_FALSE(verified) << name;
        EXPECT_EQ(dmid::name(verified.error().code), vector.error) << name;
    }
}
} // namespace
} // namespace dmid::model
