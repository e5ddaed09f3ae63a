// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "model/envelope.hpp"

#include <optional>
#include <string_view>

/// What became of an envelope, in the words of the node that took it (docs/protocol/receipt.md).
namespace dmid::model
{
/// Ordered by what it says: merging takes the greatest, so a receipt never goes back.
/// The numbers stand in signed bytes.
enum class ReceiptState : std::uint8_t
{
    accepted = 1,  ///< durable at the node
    queued = 2,    ///< on its way to one of the owner's addresses, or kept as a request
    expired = 3,   ///< kept as a request until its time was over
    failed = 4,    ///< every way failed for good
    rejected = 5,  ///< the owner's policy, or the owner, said no
    delivered = 6, ///< a channel confirmed that it arrived
    read = 7,      ///< a channel confirmed that it was opened
};

/// `accepted`, `queued`, …
std::string_view name(ReceiptState state) noexcept;
/// codec.range for another word.
Result<ReceiptState> parse_receipt_state(std::string_view name);

struct Receipt
{
    EnvelopeId envelope{};
    Identity to;
    ReceiptState state = ReceiptState::accepted;
    UnixTime at = 0;

    bool operator==(const Receipt&) const = default;
};

/// The join of two receipts of one envelope: the greater state; of equal states the earlier time.
/// Commutative, associative and idempotent, so the order of arrival does not matter.
Receipt merge(const Receipt& a, const Receipt& b) noexcept;

struct SignedReceipt
{
    Receipt receipt;
    XOnlyKey node_key{};
    SchnorrSignature signature{}; ///< over receipt_message()

    bool operator==(const SignedReceipt&) const = default;
};

/// What the node key signs: a tagged hash of the canonical bytes of receipt and node key.
Hash32 receipt_message(const Receipt& receipt, const XOnlyKey& node_key);
Bytes encode_receipt(const SignedReceipt& receipt);
/// Errors of codec; the signature is not checked.
Result<SignedReceipt> decode_receipt(ByteView bytes);
/// crypto.signature-invalid where the named node key did not sign. Whether that key is a gateway of the
/// number is for the caller to know.
Result<> verify_receipt(const SignedReceipt& receipt);
} // namespace dmid::model
