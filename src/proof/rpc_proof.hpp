// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/json.hpp"
#include "proof/record.hpp"

namespace dmid::proof
{
/// An endpoint's answer to eth_getProof for one record: proofs, and values that it claims. Not believed.
struct RpcProof
{
    Nodes account;
    Nodes storage; ///< merged, in the order of the record's slots
    Hash32 claimed_code_hash;
    Hash32 claimed_storage_root;
    RecordWords claimed_words;
};

/// Reads the answer to eth_getProof(registry, record_slots(number), block). codec.* with the path of what is
/// wrong; proof.too-large; proof.value-mismatch where the answer is for other slots or another address.
Result<RpcProof> parse_rpc_proof(const codec::JsonItem& result, const Address& registry,
                                 model::Number number);

/// Holds the claimed values against the proven ones: proof.value-mismatch names the first that differs, so
/// that a lying endpoint can be named even where its proof is sound.
Result<> check_claims(const RpcProof& proof, const VerifiedRegistry& registry, const Verified& verified);
} // namespace dmid::proof
