// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "keys/secret_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dmid::keys
{
/// Cost of the scrypt derivation. Memory is 128 · n · r bytes.
struct ScryptCost
{
    std::uint64_t n = 131072; ///< 128 MiB with r = 8, about half a second; tests use 2
    std::uint64_t r = 8;
    std::uint64_t p = 1;
};
/// 4 MiB and a few milliseconds: for local chains and tests.
inline constexpr ScryptCost kLightCost{4096, 8, 1};

/// What a keystore file says in the clear. Not authenticated by the file's MAC: decrypt_keystore() holds it
/// against the key.
struct KeystoreInfo
{
    std::string id;                 ///< the file's UUID
    std::optional<Address> address; ///< of the key, as other software expects it
    std::optional<XOnlyKey> x_only; ///< BIP-340 public key, our extension `x-dmid`
    std::string role;               ///< our extension; empty in files of other software
};

/// Writes a Web3 Secret Storage version 3 file: scrypt, AES-128-CTR, keccak MAC over derived key and
/// ciphertext. Salt, iv and id are drawn from the kernel. Slow and memory-hungry by intention.
/// crypto.key-invalid if `key` is no private key; input.usage if the cost is not a power of two or over the
/// limits that decrypt_keystore() accepts; internal.bug if a library refuses.
Result<std::string> encrypt_keystore(const Secret32& key, const SecretText& passphrase,
                                     std::string_view role = {}, ScryptCost cost = {});

/// Reads a version 3 file of any software: kdf scrypt or pbkdf2 (prf hmac-sha256), cipher aes-128-ctr.
/// Limits: 64 KiB of JSON, 1 GiB of scrypt memory with p ≤ 64, 10 million pbkdf2 rounds.
/// key.file-invalid for anything else, and for a decrypted key that is not the one that the file's clear part
/// names; input.passphrase if the MAC does not fit.
Result<Secret32> decrypt_keystore(std::string_view json, const SecretText& passphrase);

/// The clear part of a file, without a passphrase; key.file-invalid if it does not parse.
Result<KeystoreInfo> read_keystore_info(std::string_view json);
} // namespace dmid::keys
