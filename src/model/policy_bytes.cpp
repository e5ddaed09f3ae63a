// SPDX-License-Identifier: Apache-2.0
#include "model/policy_bytes.hpp"

#include "crypto/secp256k1.hpp"
#include "crypto/tagged_hash.hpp"
#include "crypto/tags.hpp"
#include "model/identity_bytes.hpp"
#include "model/scope.hpp"

namespace dmid::model
{
namespace
{
using codec::Cbor;

Cbor::Map content_map(const PolicyContent& content)
{
    Cbor::Map map{{"v", 1},
                  {"for", identity_to_cbor(content.identity)},
                  {"key", content.key},
                  {"seq", content.seq},
                  {"body", content.body}};
    // The first has no predecessor, and says nothing rather than zeroes.
    if (!content.previous.is_zero())
        map.set("prev", content.previous);
    return map;
}

Result<std::uint64_t> read_seq(codec::MapReader& map)
{
    DMID_TRY(const auto seq, map.uint("seq"));
    if (seq == 0)
        return fail(Errc::codec_range, map.path() + ".seq");
    return seq;
}

Result<> check_version(codec::MapReader& map)
{
    DMID_TRY(const auto version, map.uint("v"));
    if (version != 1)
        return fail(Errc::codec_range, map.path() + ".v");
    return {};
}
} // namespace

Hash32 policy_hash(const PolicyContent& content)
{
    const auto bytes = codec::encode_cbor(content_map(content));
    return crypto::tagged_hash(crypto::tags::kPolicy, {bytes});
}

Result<Bytes> encode_policy(const SignedPolicy& policy)
{
    if (policy.content.body.size() > kMaxPolicyBody)
        return fail(Errc::policy_too_large, std::to_string(policy.content.body.size()) + " bytes");
    auto map = content_map(policy.content);
    map.set("sig", policy.signature);
    return codec::encode_cbor(map);
}

Result<SignedPolicy> decode_policy(ByteView bytes)
{
    if (bytes.size() > kMaxPolicyBytes)
        return fail(Errc::policy_too_large, std::to_string(bytes.size()) + " bytes");
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {kMaxPolicyBytes, 64, 4}));
    DMID_TRY(auto map, codec::MapReader::open(value, "policy"));
    DMID_TRY(check_version(map));
    SignedPolicy out;
    DMID_TRY(const auto whose, map.required("for"));
    DMID_TRY(out.content.identity, identity_from_cbor(whose));
    DMID_TRY(out.content.key, map.fixed<XOnlyKey>("key"));
    DMID_TRY(out.content.seq, read_seq(map));
    DMID_TRY(const auto previous, map.optional_fixed<Hash32>("prev"));
    if (previous && previous->is_zero())
        return fail(Errc::codec_not_canonical, "policy.prev is zero and must be left out");
    out.content.previous = previous.value_or(Hash32{});
    DMID_TRY(out.content.body, map.bytes("body", kMaxPolicyBody));
    DMID_TRY(out.signature, map.fixed<SchnorrSignature>("sig"));
    DMID_TRY(map.finish());
    return out;
}

Result<> verify_policy(const SignedPolicy& policy, const Identity& identity, const XOnlyKey& policy_key)
{
    if (policy.content.identity != identity)
        return fail(Errc::policy_signature, "the policy is of another number or epoch");
    if (policy.content.key != policy_key)
        return fail(Errc::policy_signature, "the policy is of another policy key");
    if (!crypto::verify_schnorr(policy_hash(policy.content), policy.signature, policy_key))
        return fail(Errc::policy_signature);
    return {};
}

PolicyPosition position_of(const PolicyContent& content)
{
    return {content.key, content.seq, policy_hash(content)};
}

Result<> check_successor(const std::optional<PolicyPosition>& present, const PolicyContent& next)
{
    if (!present || present->key != next.key)
    {
        if (next.seq != 1 || !next.previous.is_zero())
            return fail(Errc::policy_seq, "the first policy of a key has seq 1 and no predecessor");
        return {};
    }
    if (next.seq != present->seq + 1)
        return fail(Errc::policy_seq,
                    "seq " + std::to_string(next.seq) + " after " + std::to_string(present->seq));
    if (next.previous != present->hash)
        return fail(Errc::policy_seq, "it names another predecessor");
    return {};
}

const SignedPolicy& preferred(const SignedPolicy& a, const SignedPolicy& b)
{
    return policy_hash(b.content) < policy_hash(a.content) ? b : a;
}

Hash32 head_message(const Identity& identity, const PolicyPosition& position, UnixTime time) noexcept
{
    return scoped_hash(crypto::tags::kPolicyHead, identity)
        .update(position.key.view())
        .update_u64(position.seq)
        .update(position.hash.view())
        .update_u64(static_cast<std::uint64_t>(time))
        .finish();
}

Bytes encode_head(const PolicyHead& head)
{
    return codec::encode_cbor(Cbor::Map{{"v", 1},
                                        {"for", identity_to_cbor(head.identity)},
                                        {"key", head.position.key},
                                        {"seq", head.position.seq},
                                        {"hash", head.position.hash},
                                        {"time", head.time},
                                        {"sig", head.signature}});
}

Result<PolicyHead> decode_head(ByteView bytes)
{
    DMID_TRY(const auto value, codec::decode_cbor(bytes, {1024, 64, 4}));
    DMID_TRY(auto map, codec::MapReader::open(value, "head"));
    DMID_TRY(check_version(map));
    PolicyHead out;
    DMID_TRY(const auto whose, map.required("for"));
    DMID_TRY(out.identity, identity_from_cbor(whose));
    DMID_TRY(out.position.key, map.fixed<XOnlyKey>("key"));
    DMID_TRY(out.position.seq, read_seq(map));
    DMID_TRY(out.position.hash, map.fixed<Hash32>("hash"));
    DMID_TRY(const auto time, map.required("time"));
    DMID_TRY(out.time, time_from_cbor(time));
    DMID_TRY(out.signature, map.fixed<SchnorrSignature>("sig"));
    DMID_TRY(map.finish());
    return out;
}

Result<> verify_head(const PolicyHead& head, const Identity& identity, const XOnlyKey& policy_key)
{
    if (head.identity != identity || head.position.key != policy_key)
        return fail(Errc::policy_signature, "the head is of another number, epoch or policy key");
    if (!crypto::verify_schnorr(head_message(identity, head.position, head.time), head.signature, policy_key))
        return fail(Errc::policy_signature, "the head's");
    return {};
}

bool ahead(const PolicyHead& a, const PolicyHead& b) noexcept
{
    if (a.position.seq != b.position.seq)
        return a.position.seq > b.position.seq;
    if (a.position.hash != b.position.hash)
        return a.position.hash < b.position.hash;
    return a.time > b.time;
}
} // namespace dmid::model
