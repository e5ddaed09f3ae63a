// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/dag_cbor.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Typed reading of a decoded value. Every error names the path of the value, as in `document.relays[2]`.
// Readers point into the value that they read: keep it alive.
namespace dmid::codec
{
class MapReader;

/// One value and where it stands.
class CborItem
{
public:
    CborItem(const Cbor& value, std::string path)
        : value_{&value}
        , path_{std::move(path)}
    {
    }

    const Cbor& value() const noexcept { return *value_; }
    const std::string& path() const noexcept { return path_; }
    bool is_null() const noexcept { return value_->is_null(); }

    /// codec.type for another type, codec.range outside the bounds (of sizes: in bytes).
    Result<bool> boolean() const;
    Result<std::uint64_t> uint(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
    Result<std::int64_t> integer(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                                 std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
    Result<std::string> text(std::size_t max_bytes) const;
    Result<Bytes> bytes(std::size_t max_bytes) const;
    template <class Fixed> Result<Fixed> fixed() const
    {
        DMID_TRY(ByteView view, exact_bytes(Fixed::kSize));
        return Fixed::from(view);
    }
    /// The items of an array of at most `max_items`.
    Result<std::vector<CborItem>> array(std::size_t max_items) const;
    Result<MapReader> map() const;
    /// codec.range with this item's path, for rules of the caller's own.
    tl::unexpected<Error> refuse(std::string_view why) const;

private:
    Result<ByteView> exact_bytes(std::size_t size) const;
    tl::unexpected<Error> wrong_type(std::string_view expected) const;

    const Cbor* value_;
    std::string path_;
};

/// Reads a map of known keys: take each key once, then finish(), which refuses whatever was not asked for.
///
///     DMID_TRY(auto map, MapReader::open(value, "document"));
///     DMID_TRY(auto key, map.fixed<XOnlyKey>("key"));
///     DMID_TRY(auto domain, map.optional_text("domain", 253));
///     DMID_TRY(map.finish());
class MapReader
{
public:
    /// codec.type where the value is not a map.
    static Result<MapReader> open(const Cbor& value, std::string path);

    const std::string& path() const noexcept { return path_; }

    /// The value under a required key; codec.missing-key where there is none.
    Result<CborItem> required(std::string_view key);
    /// The value under a key that may be absent. A null value counts as present.
    std::optional<CborItem> optional(std::string_view key);
    bool has(std::string_view key) const noexcept { return map_->find(key) != nullptr; }

    Result<bool> boolean(std::string_view key);
    Result<std::uint64_t> uint(std::string_view key,
                               std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
    Result<std::int64_t> integer(std::string_view key);
    Result<std::string> text(std::string_view key, std::size_t max_bytes);
    Result<Bytes> bytes(std::string_view key, std::size_t max_bytes);
    Result<std::vector<CborItem>> array(std::string_view key, std::size_t max_items);
    Result<MapReader> map(std::string_view key);
    template <class Fixed> Result<Fixed> fixed(std::string_view key)
    {
        DMID_TRY(auto item, required(key));
        return item.template fixed<Fixed>();
    }

    /// The same for keys that may be absent: nothing where they are.
    Result<std::optional<bool>> optional_boolean(std::string_view key);
    Result<std::optional<std::uint64_t>>
    optional_uint(std::string_view key, std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
    Result<std::optional<std::string>> optional_text(std::string_view key, std::size_t max_bytes);
    Result<std::optional<Bytes>> optional_bytes(std::string_view key, std::size_t max_bytes);
    /// An empty list where the key is absent.
    Result<std::vector<CborItem>> optional_array(std::string_view key, std::size_t max_items);
    Result<std::optional<MapReader>> optional_map(std::string_view key);
    template <class Fixed> Result<std::optional<Fixed>> optional_fixed(std::string_view key)
    {
        auto item = optional(key);
        if (!item)
            return std::optional<Fixed>{};
        DMID_TRY(auto value, item->template fixed<Fixed>());
        return std::optional<Fixed>{std::move(value)};
    }

    /// codec.unknown-key, naming the first key that nobody asked for.
    Result<> finish() const;

private:
    MapReader(const Cbor::Map& map, std::string path)
        : map_{&map}
        , path_{std::move(path)}
    {
    }

    const Cbor::Map* map_;
    std::string path_;
    std::vector<std::string> taken_;
};
} // namespace dmid::codec
