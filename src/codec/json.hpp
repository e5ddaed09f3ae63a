// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// JSON of peers, endpoints and clients: strict RFC 8259 in valid UTF-8, at most 32 deep, no key twice.
namespace dmid::codec
{
struct JsonLimits
{
    std::size_t max_bytes = 128 * 1024; ///< an HTTP body; RPC answers are given 16 MiB
    unsigned max_depth = 32;
};

/// Parses exactly one value. codec.too-large, codec.too-deep, codec.utf8, codec.duplicate-key, codec.range
/// for a number beyond a double, codec.syntax; with the offset. Never throws.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

/// One line, members in the order that they were put in.
std::string serialise_json(const boost::json::value& value);

/// Typed reading; every error names the path, as in `result.proof[3].key`. Points into the value that it
/// reads: keep it alive.
class JsonItem
{
public:
    JsonItem(const boost::json::value& value, std::string path)
        : value_{&value}
        , path_{std::move(path)}
    {
    }

    const boost::json::value& value() const noexcept { return *value_; }
    const std::string& path() const noexcept { return path_; }
    bool is_null() const noexcept { return value_->is_null(); }

    /// A member of an object: codec.type where this is no object, codec.missing-key where there is none.
    Result<JsonItem> field(std::string_view key) const;
    /// A member that may be absent or null; nothing in both cases, and where this is no object.
    std::optional<JsonItem> optional(std::string_view key) const;
    /// codec.unknown-key where an object has a member that is not listed.
    Result<> only(std::initializer_list<std::string_view> keys) const;

    /// codec.type for another type, codec.range outside the bounds.
    Result<bool> boolean() const;
    Result<std::string> text(std::size_t max_bytes = 64 * 1024) const;
    /// A whole number; fractions and exponents are codec.type.
    Result<std::int64_t> integer(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                                 std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
    Result<std::uint64_t> uint(std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
    Result<std::vector<JsonItem>> array(std::size_t max_items = 65536) const;

    /// RPC quantities: "0x1f", without leading zeroes (codec.not-canonical).
    Result<std::uint64_t> quantity() const;
    Result<U256> quantity256() const;
    /// RPC data: "0x" and an even number of digits in either case; codec.syntax, codec.range over the bound.
    Result<Bytes> data(std::size_t max_bytes = 1024 * 1024) const;
    /// RPC data, or bare hex as Nostr has it, of exactly the type's size.
    template <class Fixed> Result<Fixed> fixed() const
    {
        DMID_TRY(auto bytes, exact(Fixed::kSize, true));
        return Fixed::from(bytes);
    }
    template <class Fixed> Result<Fixed> bare_hex() const
    {
        DMID_TRY(auto bytes, exact(Fixed::kSize, false));
        return Fixed::from(bytes);
    }
    /// An error of the caller's own, with this item's path.
    tl::unexpected<Error> refuse(Errc code, std::string_view why) const;

private:
    Result<Bytes> exact(std::size_t size, bool prefixed) const;
    Result<std::string_view> view() const;

    const boost::json::value* value_;
    std::string path_;
};

/// The quantity of a number, for RPC parameters: "0x1f".
std::string to_quantity(std::uint64_t value);
} // namespace dmid::codec
