// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The canonical subset of DAG-CBOR that documents, policies and bundles are written in
// (https://ipld.io/specs/codecs/dag-cbor/spec/): null, booleans, 64-bit integers, bytes, text, arrays and
// maps with text keys. No floats, no tags (we link by hash, as bytes), no undefined.
// One value has one encoding: shortest heads, definite lengths, keys length first and then bytewise.
// Whatever decode_cbor() accepts, encode_cbor() gives back byte for byte.
namespace dmid::codec
{
/// Bounds of one decoding; the defaults fit everything that the project signs or publishes.
struct CborLimits
{
    std::size_t max_bytes = 64 * 1024; ///< of the whole input
    std::size_t max_items = 8192;      ///< values in total, map keys included
    unsigned max_depth = 32;           ///< nested arrays and maps
};

/// One value. Copies deeply; equality is equality of the encodings.
class Cbor
{
public:
    using Array = std::vector<Cbor>;
    using Entry = std::pair<std::string, Cbor>;

    /// A map that keeps its entries in canonical order.
    class Map
    {
    public:
        Map() = default;
        Map(std::initializer_list<Entry> entries);

        /// Adds an entry, or replaces the value of one that is there.
        void set(std::string key, Cbor value);
        /// The value under `key`; null where there is none.
        const Cbor* find(std::string_view key) const noexcept;
        bool erase(std::string_view key);
        std::size_t size() const noexcept { return entries_.size(); }
        bool empty() const noexcept { return entries_.empty(); }
        auto begin() const noexcept { return entries_.begin(); }
        auto end() const noexcept { return entries_.end(); }
        bool operator==(const Map& other) const;

        /// Appends an entry whose key is known to follow all others; used by the decoder.
        void append_sorted(std::string key, Cbor value);

    private:
        std::vector<Entry> entries_;
    };

    Cbor() = default; ///< null
    Cbor(std::nullptr_t) {}
    template <std::same_as<bool> T>
    Cbor(T value)
        : value_{value}
    {
    }
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) Cbor(T value)
        : value_{static_cast<std::uint64_t>(value)}
    {
    }
    /// Non-negative values are kept as unsigned, so that one number has one form.
    template <std::signed_integral T> Cbor(T value)
    {
        if (value >= 0)
            value_ = static_cast<std::uint64_t>(value);
        else
            value_ = static_cast<std::int64_t>(value);
    }
    Cbor(Bytes value)
        : value_{std::move(value)}
    {
    }
    Cbor(ByteView value)
        : value_{to_bytes(value)}
    {
    }
    template <std::size_t N, class Tag>
    Cbor(const FixedBytes<N, Tag>& value)
        : value_{to_bytes(value.view())}
    {
    }
    /// Text must be UTF-8; the encoder does not check it again.
    Cbor(std::string value)
        : value_{std::move(value)}
    {
    }
    Cbor(std::string_view value)
        : value_{std::string{value}}
    {
    }
    Cbor(const char* value)
        : value_{std::string{value}}
    {
    }
    Cbor(Array value)
        : value_{std::move(value)}
    {
    }
    Cbor(Map value)
        : value_{std::move(value)}
    {
    }

    bool is_null() const noexcept { return value_.index() == 0; }
    /// Each gives null where the value is of another type.
    const bool* if_bool() const noexcept { return std::get_if<bool>(&value_); }
    const std::uint64_t* if_uint() const noexcept { return std::get_if<std::uint64_t>(&value_); }
    const std::int64_t* if_negative() const noexcept { return std::get_if<std::int64_t>(&value_); }
    const Bytes* if_bytes() const noexcept { return std::get_if<Bytes>(&value_); }
    const std::string* if_text() const noexcept { return std::get_if<std::string>(&value_); }
    const Array* if_array() const noexcept { return std::get_if<Array>(&value_); }
    const Map* if_map() const noexcept { return std::get_if<Map>(&value_); }
    /// "null", "bool", "uint", "negative", "bytes", "text", "array" or "map".
    std::string_view type_name() const noexcept;

    bool operator==(const Cbor& other) const;

private:
    std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, Bytes, std::string, Array, Map> value_;
};

/// True where key `a` stands before key `b`: shorter first, then bytewise.
bool cbor_key_less(std::string_view a, std::string_view b) noexcept;

/// The one canonical encoding.
Bytes encode_cbor(const Cbor& value);

/// Decodes exactly one value from the whole input, which may be hostile. Errors: codec.too-large,
/// codec.too-deep, codec.truncated, codec.trailing, codec.not-canonical (long heads, indefinite lengths,
/// unsorted keys), codec.duplicate-key, codec.type (floats, tags, undefined, keys that are not text),
/// codec.range (below -2^63), codec.utf8, codec.syntax (reserved heads). The context names the offset.
Result<Cbor> decode_cbor(ByteView bytes, const CborLimits& limits = {});
} // namespace dmid::codec
