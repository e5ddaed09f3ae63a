// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"

#include <cstdint>
#include <optional>
#include <vector>

// Recursive length prefix, the encoding of Ethereum's headers, trie nodes and transactions
// (Yellow Paper, appendix B). Decoding is strict and copies nothing: items are views into the input.
// Strict means: a single byte below 0x80 is its own encoding, lengths are minimal, nothing is left over.
namespace dmid::codec
{
/// One item in its encoding.
struct RlpItem
{
    bool is_list = false;
    ByteView payload; ///< the bytes of a string, or the joined items of a list
    ByteView raw;     ///< the whole item with its head
};

/// Why a head is refused; `none` where it is not. For paths that must not allocate.
enum class RlpFault : std::uint8_t
{
    none,
    truncated,
    not_canonical,
};

/// Takes the first item off `input`, touching nothing on a fault. Never allocates.
[[nodiscard]] RlpFault take_rlp(ByteView& input, RlpItem& item) noexcept;

/// Reads the items of a list, or of any run of items, one after the other.
class RlpReader
{
public:
    explicit RlpReader(ByteView items)
        : left_{items}
    {
    }
    /// Exactly one item, a list, in the whole input; a reader of its items. codec.truncated,
    /// codec.trailing, codec.not-canonical, codec.type where it is no list, codec.too-large over `max`.
    static Result<RlpReader> list(ByteView input, std::size_t max_bytes = 1024 * 1024);

    bool empty() const noexcept { return left_.empty(); }
    /// The next item; codec.truncated after the last.
    Result<RlpItem> next();
    /// The next item, a string: codec.type for a list.
    Result<ByteView> bytes();
    /// The next item, a string of exactly the type's size; codec.range otherwise.
    template <class Fixed> Result<Fixed> fixed()
    {
        DMID_TRY(ByteView view, bytes());
        return Fixed::from(view);
    }
    /// The next item, a number without leading zeroes (codec.not-canonical), below 2^64 (codec.range).
    Result<std::uint64_t> uint();
    Result<U256> u256();
    /// The next item, a list.
    Result<RlpReader> list();
    /// codec.trailing where items are left.
    Result<> finish() const;

private:
    ByteView left_;
};

/// Exactly one item in the whole input, checked on this level only.
Result<RlpItem> decode_rlp(ByteView input);

/// Writes items in order; wrap() makes a list of what was written.
class RlpWriter
{
public:
    RlpWriter& bytes(ByteView value);
    RlpWriter& uint(std::uint64_t value);
    RlpWriter& u256(const U256& value);
    /// Items that are encoded already.
    RlpWriter& raw(ByteView encoded);
    /// A list of the items of another writer.
    RlpWriter& list(const RlpWriter& items);

    /// The items as written, without a head.
    const Bytes& items() const noexcept { return out_; }
    /// The encoding of the list of these items.
    Bytes wrap() const;

private:
    Bytes out_;
};
} // namespace dmid::codec
