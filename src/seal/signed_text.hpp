// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "codec/wallet_signature.hpp"
#include "model/identity.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::seal
{
/// Who says that they signed, where the signature does not tell it by itself: a contract's.
struct NamedSigner
{
    Address address{};
    Bytes signature; ///< of their key or of their contract, at most codec::kMaxWalletSignature
};

/// A message with clear content that a wallet signs (docs/protocol/envelope.md, "signed"): EIP-712 domain
/// `DMID Message`, version `1`, chain id and registry of the number; primary type
/// `Message(uint256 number,uint24 epoch,string text,bytes32 nonce,uint64 sentAt,uint64 deadline)`.
struct SignedText
{
    model::Identity to;
    std::string text;
    Hash32 nonce{}; ///< drawn by the sender; tells two equal texts apart
    UnixTime sent_at = 0;
    UnixTime deadline = 0;
    EcdsaSignature signature{};        ///< where `signer` is not given
    std::optional<NamedSigner> signer; ///< with a signature that stands in the place of the other
};

/// A deadline lies at most this far ahead (seconds).
inline constexpr UnixTime kMaxSignedDeadline = 7 * 24 * 3600;
inline constexpr std::size_t kMaxSignedText = 32 * 1024; ///< bytes

/// What the wallet signs. Errors of codec for values outside their types.
Result<Hash32> signed_text_digest(const SignedText& message);

/// Reads `{"signed":{"number":"8312…","epoch":0,"text":"…","nonce":"0x…","sentAt":1,"deadline":2},
/// "signature":"0x…"}`, both members of one object that may have others; with `"signer":"0x…"` the signature
/// may be anything that a wallet hands over. The network is the reader's own. Errors of codec and number;
/// message.too-large; the signature is not checked.
Result<SignedText> parse_signed_text(std::string_view json, const model::Network& network);
std::string to_json(const SignedText& message);

struct Signer
{
    Address address{};
    bool proven = true; ///< false: no key of that address signed, only its contract can tell whether it did
};
/// Who signed: crypto.signature-invalid; message.deadline where it has passed or is too far ahead.
Result<Signer> verify_signed_text(const SignedText& message, const Hash32& digest, UnixTime now);
} // namespace dmid::seal
