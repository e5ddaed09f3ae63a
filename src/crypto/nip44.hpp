// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

/// NIP-44 version 2: ChaCha20 and HMAC-SHA256 under a key shared by two people.
/// Plaintexts have 1 to 65535 bytes here, in both directions (docs/protocol/envelope.md): the longer form of
/// 2026 is not understood by all of the world's clients, so it is neither written nor read.
namespace dmid::crypto::nip44
{
inline constexpr std::size_t kMaxPlaintext = 65535;
/// Letters of base64 in a payload of 1 and of 65535 bytes.
inline constexpr std::size_t kMinPayload = 132;
inline constexpr std::size_t kMaxPayload = 87472;

/// The key of a pair, the same from both sides: cache it per correspondent, it costs nine tenths of the work.
/// crypto.key-invalid where either key is none.
Result<Secret32> conversation_key(const Secret32& own, const XOnlyKey& peer);

/// How long a plaintext of `length` bytes (1 to 65535) becomes by padding, without its two-byte prefix.
std::size_t padded_length(std::size_t length) noexcept;

/// The payload, in base64. `nonce` is 32 fresh random bytes and must never be used twice with one key.
/// crypto.payload-length for an empty plaintext or one over 65535 bytes.
Result<std::string> encrypt(const Secret32& conversation, const Hash32& nonce, std::string_view plaintext);

/// The plaintext, any bytes. Failures, in the order in which they are looked for:
/// crypto.payload-version   empty, or a leading '#': a version that is not base64
/// crypto.payload-length    shorter than kMinPayload or longer than kMaxPayload; so is every plaintext over
/// 65535 bytes crypto.payload-base64    not canonical base64 with padding crypto.payload-version   a version
/// byte other than 2 crypto.payload-mac       altered, or under another key crypto.payload-padding   a length
/// of zero, or not padded to padded_length(); what the padding holds is not looked
///                          at, as NIP-44 has it
Result<std::string> decrypt(const Secret32& conversation, std::string_view payload);
} // namespace dmid::crypto::nip44
