// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/identity.hpp"

#include <optional>

/// The signed container of a policy (docs/protocol/policy.md): who says it, and in which order. What the body
/// means is policy/'s business.
namespace dmid::model
{
inline constexpr std::size_t kMaxPolicyBody = 16 * 1024; ///< bytes
inline constexpr std::size_t kMaxPolicyBytes = kMaxPolicyBody + 512;

/// One policy of a chain of policies. `seq` counts from 1 per (epoch, policy key) and rises by one.
struct PolicyContent
{
    Identity identity;
    XOnlyKey key{};
    std::uint64_t seq = 0;
    Hash32 previous{}; ///< hash of the predecessor; zero for the first
    Bytes body;        ///< canonical DAG-CBOR of the policy

    bool operator==(const PolicyContent&) const = default;
};

struct SignedPolicy
{
    PolicyContent content;
    SchnorrSignature signature{}; ///< by content.key over policy_hash()

    bool operator==(const SignedPolicy&) const = default;
};

/// Names a policy and is what its key signs: a tagged hash of the content's canonical bytes. The signature is
/// not part of it: the same content signed twice is one policy.
Hash32 policy_hash(const PolicyContent& content);

/// Canonical bytes; policy.too-large for a body over kMaxPolicyBody.
Result<Bytes> encode_policy(const SignedPolicy& policy);
/// Errors of codec, policy.too-large. Neither signature nor body are looked into.
Result<SignedPolicy> decode_policy(ByteView bytes);
/// policy.signature unless `policy_key` (of the proven document, or pinned) signed it for this identity.
Result<> verify_policy(const SignedPolicy& policy, const Identity& identity, const XOnlyKey& policy_key);

/// Where a chain of policies stands.
struct PolicyPosition
{
    XOnlyKey key{};
    std::uint64_t seq = 0;
    Hash32 hash{};

    bool operator==(const PolicyPosition&) const = default;
};
PolicyPosition position_of(const PolicyContent& content);

/// policy.seq unless `next` follows `present`: seq higher by one and naming its hash; or, where there is
/// none or it is of another key, the first (seq 1, previous zero).
Result<> check_successor(const std::optional<PolicyPosition>& present, const PolicyContent& next);
/// Of two valid policies of one key and seq every gateway takes the one with the smaller hash (and alarms).
const SignedPolicy& preferred(const SignedPolicy& a, const SignedPolicy& b);

/// The policy key's word, daily and at each change, for which policy is the newest.
struct PolicyHead
{
    Identity identity;
    PolicyPosition position;
    UnixTime time = 0;
    SchnorrSignature signature{}; ///< by position.key over head_message()

    bool operator==(const PolicyHead&) const = default;
};

/// Age up to which a node without memory trusts a head (seconds).
inline constexpr UnixTime kMaxHeadAge = 48 * 3600;

Hash32 head_message(const Identity& identity, const PolicyPosition& position, UnixTime time) noexcept;
Bytes encode_head(const PolicyHead& head);
Result<PolicyHead> decode_head(ByteView bytes);
/// policy.signature unless `policy_key` signed it for this identity.
Result<> verify_head(const PolicyHead& head, const Identity& identity, const XOnlyKey& policy_key);
/// True where `a` is ahead of `b`: higher seq; of equal ones the smaller hash, then the later time.
bool ahead(const PolicyHead& a, const PolicyHead& b) noexcept;
} // namespace dmid::model
