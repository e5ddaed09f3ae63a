// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/secp256k1.hpp"
#include "model/identity.hpp"

// Fixed keys and identities for tests; no secret here is one.
namespace dmid::model::test
{
/// The secret whose 32 bytes all have this value.
inline Secret32 secret(std::uint8_t fill)
{
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(fill);
    return Secret32{bytes};
}

inline XOnlyKey key(std::uint8_t fill)
{
    return crypto::xonly_of(secret(fill)).value();
}

/// Deterministic: no auxiliary randomness.
inline SchnorrSignature sign(std::uint8_t fill, const Hash32& message)
{
    return crypto::sign_schnorr(message, secret(fill), Hash32{}).value();
}

inline Network network()
{
    return {31337, fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value()};
}

inline Identity identity(std::uint32_t epoch = 1)
{
    return {network(), Number::from_value(8312345678901210).value(), epoch};
}

inline Address owner()
{
    return fixed_from_hex<Address>("f39fd6e51aad88f6f4ce6ab8827279cfffb92266").value();
}
} // namespace dmid::model::test
