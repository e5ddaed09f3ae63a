// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/registry_abi.hpp"
#include "model/document.hpp"
#include "proof/record.hpp"

#include <string>
#include <string_view>

namespace dmid::tool
{
/// What a new owner hands to the present one, so that the number is transferred and published in one
/// transaction: the document of the next epoch, signed for.
struct Acceptance
{
    model::Identity identity; ///< of the next epoch
    std::uint32_t seq = 0;    ///< of the record as it stands
    std::uint64_t deadline = 0;
    Address to;
    XOnlyKey inbox_key;
    Bytes document;
    EcdsaSignature signature; ///< by `to` over the registry's Publish message
};

/// Signs; crypto.key-invalid.
Result<Acceptance> make_acceptance(const proof::VerifiedRecord& record, const Secret32& recipient,
                                   const XOnlyKey& inbox_key, Bytes document, std::uint64_t deadline);
std::string encode_acceptance(const Acceptance& acceptance);
/// Reads hostile JSON; codec.*, number.*.
Result<Acceptance> decode_acceptance(std::string_view text);
/// Holds it against the record as it is: another number, epoch or seq is chain.reverted (what the contract
/// would say), another signer crypto.signature-invalid, a document that breaks its promises document.*.
Result<> verify_acceptance(const Acceptance& acceptance, const proof::VerifiedRecord& record);
} // namespace dmid::tool
