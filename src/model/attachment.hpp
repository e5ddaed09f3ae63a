// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/cbor_reader.hpp"
#include "codec/dag_cbor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dmid::model
{
/// More than 60 MB in pieces of the store's largest blob: far more than any door takes.
inline constexpr std::size_t kMaxPieces = 64;
inline constexpr std::size_t kMaxFileName = 255; ///< bytes
inline constexpr std::size_t kMaxMediaType = 127;

/// A file that belongs to a message. Its bytes are kept apart, in pieces, each encrypted under `key`: who
/// forgets this manifest has deleted the file.
struct Attachment
{
    Hash32 sha256{}; ///< of the bytes
    std::uint64_t size = 0;
    std::string media_type;       ///< a claim of the sender
    std::string name;             ///< a file name without a path; may be empty
    Hash32 key{};                 ///< of the pieces; meaningless where there are none
    std::vector<Hash32> pieces{}; ///< blobs, in order; none: the bytes are not here
    bool operator==(const Attachment&) const = default;
};

/// `[sha256, size, type, name]`, and `key, [pieces]` behind them where the bytes are here.
codec::Cbor attachment_to_cbor(const Attachment& attachment);
/// codec.* for another form; does not check what check_attachment() does.
Result<Attachment> attachment_from_cbor(const codec::CborItem& item);
/// message.too-large where type, name or the number of pieces pass the limits.
Result<> check_attachment(const Attachment& attachment);
} // namespace dmid::model
