// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string_view>

/// What wallets hand over as a signature: of a key, of a contract that stands there (ERC-1271), or of one
/// that is not deployed yet (ERC-6492).
namespace dmid::codec
{
/// Bytes of one, at most: several signers or a passkey, and what it takes to deploy a proxy.
inline constexpr std::size_t kMaxWalletSignature = 8 * 1024;

/// What a text is hashed to before a wallet signs it (EIP-191 version 0x45, `personal_sign`).
Hash32 personal_digest(std::string_view text);

/// Whether these are the 65 bytes of a key, and `who` is its address: then nobody needs to be asked, whatever
/// stands at that address.
bool key_signed(const Address& who, const Hash32& digest, ByteView signature);

/// A call that comes before the wallet's contract is asked.
struct FirstCall
{
    Address target{};
    Bytes data;
};

/// A signature as a contract is asked about it.
struct ContractSignature
{
    Bytes signature;
    std::optional<FirstCall> first; ///< what deploys or prepares the contract, where the signature names it
};

/// Unwraps ERC-6492; what does not end in its magic bytes stays as it is. crypto.signature-invalid where it
/// is empty, too long, or a wrapper that does not read or names no contract to call.
Result<ContractSignature> unwrap_signature(ByteView signature);
} // namespace dmid::codec
