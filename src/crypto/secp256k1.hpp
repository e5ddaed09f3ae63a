// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <memory>

namespace dmid::crypto
{
/// A point of the curve in the compressed form 02/03 ‖ x.
using PublicKey = FixedBytes<33, struct PublicKeyTag>;

// All functions share one context and may be called from any thread. Secrets are treated in constant time.

/// Blinds the shared context against side channels. Call it once, before other threads start;
/// without it every function still gives the same answers.
void randomise(const Secret32& seed) noexcept;

/// True where the secret is a key of the curve: neither zero nor at or above the group's order.
bool valid_secret(const Secret32& secret) noexcept;

/// The public key of a secret; crypto.key-invalid where valid_secret() is false. So do all below.
Result<PublicKey> public_key_of(const Secret32& secret);
/// The x-only key (BIP-340) of a secret.
Result<XOnlyKey> xonly_of(const Secret32& secret);
/// The Ethereum address of a secret.
Result<Address> address_of(const Secret32& secret);
/// The Ethereum address of a public key; crypto.key-invalid where it is not on the curve.
Result<Address> address_of(const PublicKey& key);
/// True where the 32 bytes are the x coordinate of a point.
bool valid_key(const XOnlyKey& key) noexcept;

/// An Ethereum signature over a digest: deterministic (RFC 6979), low s, v 27 or 28.
Result<EcdsaSignature> sign_ecdsa(const Hash32& digest, const Secret32& secret);
/// The public key that made the signature. crypto.signature-invalid for a v other than 27 or 28,
/// a high s (EIP-2), values out of range, or where no point fits.
Result<PublicKey> recover_key(const Hash32& digest, const EcdsaSignature& signature);
/// The address that made the signature; fails as recover_key() does.
Result<Address> recover(const Hash32& digest, const EcdsaSignature& signature);
/// Succeeds where `key` made the signature; cheaper than recover() by a sixth.
/// v is not looked at; crypto.signature-invalid otherwise, also for a high s.
Result<> verify_ecdsa(const Hash32& digest, const EcdsaSignature& signature, const PublicKey& key);

/// A BIP-340 signature. `aux` is 32 fresh random bytes, or zeroes for a deterministic signature.
Result<SchnorrSignature> sign_schnorr(const Hash32& message, const Secret32& secret, const Hash32& aux);
/// A key made ready to sign many times: half of what sign_schnorr() costs is to find the public key.
/// Immutable: any thread may sign.
class SchnorrSigner
{
public:
    /// crypto.key-invalid where valid_secret() is false.
    static Result<std::shared_ptr<const SchnorrSigner>> make(const Secret32& secret);
    SchnorrSigner(const SchnorrSigner&) = delete;
    SchnorrSigner& operator=(const SchnorrSigner&) = delete;
    ~SchnorrSigner();

    /// As sign_schnorr().
    Result<SchnorrSignature> sign(const Hash32& message, const Hash32& aux) const;

private:
    SchnorrSigner() = default;
    alignas(16) std::array<std::uint8_t, 96> pair_{};
};
/// Succeeds where `key` made the BIP-340 signature; crypto.signature-invalid otherwise,
/// crypto.key-invalid where the key is no point.
Result<> verify_schnorr(const Hash32& message, const SchnorrSignature& signature, const XOnlyKey& key);

/// The x coordinate of the shared point, unhashed, the peer lifted to its even y (NIP-44).
/// The same from both sides, whatever the parity of either key. crypto.key-invalid for either key.
Result<Secret32> ecdh_x(const Secret32& secret, const XOnlyKey& peer);
} // namespace dmid::crypto
