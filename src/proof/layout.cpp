// SPDX-License-Identifier: Apache-2.0
#include "proof/layout.hpp"

#include "crypto/keccak.hpp"

#include <algorithm>

namespace dmid::proof
{
namespace
{
std::uint64_t take(const codec::U256& word, Field field) noexcept
{
    return word.shifted_right(field.offset).low64() & ((std::uint64_t{1} << field.bits) - 1);
}

codec::U256 place(std::uint64_t value, Field field) noexcept
{
    return codec::U256{value}.shifted_left(field.offset);
}
} // namespace

std::array<Hash32, kRecordWords> record_slots(model::Number number) noexcept
{
    // Solidity: the mapping's value stands at keccak256(key ‖ slot), its members in the words from there on.
    const auto key = codec::U256{number.value()}.to_word();
    const auto slot = codec::U256{kRecordsSlot}.to_word();
    const auto base = codec::U256::from_word(crypto::keccak256_pair(key.view(), slot.view()));
    std::array<Hash32, kRecordWords> out;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = base.plus(i).value_or(codec::U256{}).to_word();
    return out;
}

RecordFields unpack_record(const RecordWords& words) noexcept
{
    RecordFields out;
    const auto packed = words[0].to_word();
    std::copy(packed.end() - 20, packed.end(), out.owner.bytes.begin());
    out.epoch = static_cast<std::uint32_t>(take(words[0], kEpochField));
    out.seq = static_cast<std::uint32_t>(take(words[0], kSeqField));
    out.published_block = static_cast<std::uint32_t>(take(words[0], kPublishedBlockField));
    out.flags = static_cast<std::uint8_t>(take(words[0], kFlagsField));
    out.inbox_key.bytes = words[1].to_word().bytes;
    out.document_hash = words[2].to_word();
    return out;
}

RecordWords pack_record(const RecordFields& fields) noexcept
{
    Hash32 owner;
    std::copy(fields.owner.begin(), fields.owner.end(), owner.bytes.begin() + 12);
    auto packed = codec::U256::from_word(owner);
    // The fields do not overlap, so the sums cannot carry.
    for (const auto part :
         {place(fields.epoch & 0xffffffU, kEpochField), place(fields.seq, kSeqField),
          place(fields.published_block, kPublishedBlockField), place(fields.flags, kFlagsField)})
        packed = packed.plus(part).value_or(packed);
    return {packed, codec::U256::from_word(Hash32{fields.inbox_key.bytes}),
            codec::U256::from_word(fields.document_hash)};
}
} // namespace dmid::proof
