// SPDX-License-Identifier: Apache-2.0
// Private to backup: the head of the file, and the keys.
#pragma once

#include "keys/kdf.hpp"

#include <array>
#include <cstdint>

namespace dmid::backup
{
inline constexpr std::size_t kHead = 104;     ///< bytes of the head
inline constexpr std::size_t kPiece = 65'536; ///< plain bytes sealed together
inline constexpr std::size_t kSalt = 16;
inline constexpr std::size_t kStreamHeader = 24; ///< crypto_secretstream_xchacha20poly1305_HEADERBYTES
inline constexpr std::size_t kSealOverhead = 17; ///< …_ABYTES
inline constexpr std::size_t kCheck = 16;

/// `DMIDBAK1` ‖ length u64 ‖ N u64 ‖ r u32 ‖ p u32 ‖ salt 16 ‖ stream header 24 ‖ key check 16 ‖ checksum 16
struct Head
{
    std::uint64_t length = 0; ///< of the whole file
    keys::ScryptCost cost;
    std::array<std::uint8_t, kSalt> salt{};
    std::array<std::uint8_t, kStreamHeader> stream{};
    std::array<std::uint8_t, kCheck> check{};
};

std::array<std::uint8_t, kHead> encode_head(const Head& head);
/// backup.version for another magic, backup.damaged for a wrong checksum or a cost beyond the limits.
Result<Head> decode_head(ByteView bytes);

/// What the passphrase gives.
struct BackupKeys
{
    Secret32 stream;
    std::array<std::uint8_t, kCheck> check{};
};
Result<BackupKeys> derive(const keys::SecretText& passphrase, const Head& head);
} // namespace dmid::backup
