// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"

#include <optional>
#include <vector>

namespace dmid::codec
{
/// One entry of an access list (EIP-2930).
struct AccessEntry
{
    Address address;
    std::vector<Hash32> storage_keys;
    bool operator==(const AccessEntry&) const = default;
};

/// A transaction of type 2 (EIP-1559), the only type that we write. Fees in wei.
struct Transaction
{
    std::uint64_t chain_id = 0;
    std::uint64_t nonce = 0;
    U256 max_priority_fee_per_gas;
    U256 max_fee_per_gas;
    std::uint64_t gas_limit = 0;
    std::optional<Address> to; ///< absent: creates a contract from `data`
    U256 value;
    Bytes data;
    std::vector<AccessEntry> access_list;

    bool operator==(const Transaction&) const = default;
    /// What the payer's key signs.
    Hash32 signing_hash() const;
    /// The signed bytes for eth_sendRawTransaction. `signature` is r ‖ s ‖ v with v 27 or 28.
    Bytes signed_raw(const EcdsaSignature& signature) const;
};

/// A transaction and its signature, as read back.
struct SignedTransaction
{
    Transaction txn;
    EcdsaSignature signature;
    Hash32 hash; ///< of the raw bytes: the transaction's id
};

/// The id of signed bytes.
Hash32 transaction_hash(ByteView raw) noexcept;

/// Reads signed bytes of type 2 of at most 128 KiB. codec.type for another type of transaction; otherwise
/// the errors of RLP. The signature is not verified: recover(txn.signing_hash(), signature) does that.
Result<SignedTransaction> decode_transaction(ByteView raw);
} // namespace dmid::codec
