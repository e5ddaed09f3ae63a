// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"
#include "model/number.hpp"

#include <array>
#include <cstdint>

// The storage layout of DmidRegistry, which every reader relies on (docs/protocol/proof.md §3). A test holds
// it against contracts/storage-layout.json.
namespace dmid::proof
{
/// Slot of `mapping(uint256 => Record)`.
inline constexpr std::uint64_t kRecordsSlot = 0;
/// Words of a record: packed word, inbox key, document hash.
inline constexpr std::size_t kRecordWords = 3;

/// Bits of the packed word, from the low end: offset and width.
struct Field
{
    unsigned offset;
    unsigned bits;
};
inline constexpr Field kOwnerField{0, 160};
inline constexpr Field kEpochField{160, 24};
inline constexpr Field kSeqField{184, 32};
inline constexpr Field kPublishedBlockField{216, 32};
inline constexpr Field kFlagsField{248, 8};

/// Bits of the flags; the others are zero.
inline constexpr std::uint8_t kFlagLocked = 1U << 0U;
inline constexpr std::uint8_t kFlagFrozen = 1U << 1U;
inline constexpr std::uint8_t kFlagRecoveryAnnounced = 1U << 2U;
inline constexpr std::uint8_t kFlagClaimAnnounced = 1U << 3U;
inline constexpr std::uint8_t kFlagSilent = 1U << 4U;

/// One registry: where it is, and the code that makes it one.
struct RegistryRef
{
    std::uint64_t chain_id = 0;
    Address registry;
    Hash32 code_hash; ///< keccak-256 of the contract's runtime code

    auto operator<=>(const RegistryRef&) const = default;
};

/// A record as it is stored.
struct RecordFields
{
    Address owner;
    std::uint32_t epoch = 0;
    std::uint32_t seq = 0;
    std::uint32_t published_block = 0;
    std::uint8_t flags = 0;
    XOnlyKey inbox_key;
    Hash32 document_hash;

    bool operator==(const RecordFields&) const = default;
};

using RecordWords = std::array<codec::U256, kRecordWords>;

/// The storage slots of a number's record, for eth_getProof and eth_getStorageAt.
std::array<Hash32, kRecordWords> record_slots(model::Number number) noexcept;

RecordFields unpack_record(const RecordWords& words) noexcept;
RecordWords pack_record(const RecordFields& fields) noexcept;
} // namespace dmid::proof
