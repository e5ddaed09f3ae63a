// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/eip712.hpp"
#include "model/identity.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

// Calls and signed messages of DmidRegistry. contracts/src/IDmidRegistry.sol is the manual; a test holds
// every signature below against contracts/abi/DmidRegistry.json.
namespace dmid::chain::registry
{
/// Every signature that this program uses, for the test.
std::span<const std::string_view> functions() noexcept;
std::span<const std::string_view> events() noexcept;
std::span<const std::string_view> errors() noexcept;
/// `Publish(uint256 number,…)`: the EIP-712 types as the manual writes them.
std::vector<std::string> signed_types();

// Call data. The arguments are in the order of the functions. They cannot fail: every type is fixed here.
Bytes call_commit(const Hash32& commitment);
Bytes call_mint(const Address& recipient, const Secret32& secret);
Bytes call_commitment_of(const Hash32& commitment);
Bytes call_owner_nonce(model::Number number);
Bytes call_lock_state(model::Number number);
Bytes call_publish_signed(model::Number number, const XOnlyKey& inbox_key, ByteView document,
                          std::uint64_t deadline, const EcdsaSignature& signature);
Bytes call_transfer_signed(model::Number number, const Address& to, std::uint64_t deadline,
                           const EcdsaSignature& signature);
Bytes call_transfer_and_publish_signed(model::Number number, const Address& to, const XOnlyKey& inbox_key,
                                       ByteView document, std::uint64_t deadline, const EcdsaSignature& owner,
                                       const EcdsaSignature& recipient);

/// The four lock calls that take only number, deadline and signature.
enum class LockStep : std::uint8_t
{
    lock,
    announce_unlock,
    execute_unlock,
    cancel_unlock,
};
Bytes call_lock_signed(LockStep step, model::Number number, std::uint64_t deadline,
                       const EcdsaSignature& signature);

/// What is committed for a recipient and a secret: keccak(abi.encode(chainId, registry, recipient, secret)).
Hash32 commitment_for(const model::Network& network, const Address& recipient, const Secret32& secret);

/// The signing domain of a registry: name "DMID", version "1".
codec::Eip712Domain domain(const model::Network& network);

/// State that a signed message names, as it stands before the call.
struct SignedState
{
    std::uint32_t epoch = 0;
    std::uint32_t seq = 0;
    std::uint64_t nonce = 0; ///< ownerNonce(number); not part of Publish
    std::uint64_t deadline = 0;
};

// Digests that the owner's key signs.
Hash32 publish_digest(const model::Network& network, model::Number number, const XOnlyKey& inbox_key,
                      const Hash32& document_hash, const SignedState& state);
Hash32 transfer_digest(const model::Network& network, model::Number number, const Address& to,
                       const SignedState& state);
Hash32 transfer_and_publish_digest(const model::Network& network, model::Number number, const Address& to,
                                   const XOnlyKey& inbox_key, const Hash32& document_hash,
                                   const SignedState& state);
Hash32 lock_digest(LockStep step, const model::Network& network, model::Number number,
                   const SignedState& state);

/// A custom error in words, for people: `IsLocked(8312345678901210)`. Also Error(string) and Panic(uint256).
/// Unknown data gives its hex, at most 72 characters; no data gives "no reason given".
std::string revert_reason(ByteView data);
} // namespace dmid::chain::registry
