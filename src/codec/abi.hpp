// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/u256.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The contract ABI of Solidity (https://docs.soliditylang.org/en/latest/abi-spec.html), and the types that
// EIP-712 shares with it.
namespace dmid::codec
{
/// A type as written in signatures: `uint256`, `bytes32`, `(address,bytes[])[2]`.
struct AbiType
{
    enum class Kind : std::uint8_t
    {
        uint,    ///< size: bits
        integer, ///< size: bits; two's complement
        address,
        boolean,
        fixed_bytes, ///< size: bytes, 1 to 32
        bytes,
        text,
        array,       ///< inner[0]
        fixed_array, ///< size: items of inner[0]
        tuple,       ///< inner: the members
    };
    Kind kind = Kind::uint;
    std::size_t size = 256;
    std::vector<AbiType> inner;

    bool operator==(const AbiType&) const = default;
    /// True where the encoding stands behind an offset.
    bool is_dynamic() const noexcept;
    /// Bytes in the head: 32 for a dynamic type, all of them for a static one.
    std::size_t head_size() const noexcept;
};

/// Parses one type. codec.syntax, codec.too-deep beyond 16, codec.range for sizes that do not exist and
/// for fixed arrays over 1024 items.
Result<AbiType> parse_abi_type(std::string_view text);
/// Parses a parameter list with its parentheses: `(uint256,bytes)`.
Result<std::vector<AbiType>> parse_abi_types(std::string_view text);

/// One value. Numbers, signed ones included, are U256 words (signed: two's complement over 256 bits);
/// arrays and tuples are lists in order.
class AbiValue
{
public:
    using List = std::vector<AbiValue>;

    AbiValue() = default;
    AbiValue(const U256& value)
        : value_{value}
    {
    }
    template <std::same_as<bool> T>
    AbiValue(T value)
        : value_{value}
    {
    }
    /// Negative numbers become their two's complement.
    template <std::integral T>
    requires(!std::same_as<T, bool>) AbiValue(T value)
    {
        if constexpr (std::signed_integral<T>)
            value_ = value < 0 ? U256{~static_cast<std::uint64_t>(value)}.plus(1)->negated()
                               : U256{static_cast<std::uint64_t>(value)};
        else
            value_ = U256{value};
    }
    AbiValue(const Address& value)
        : value_{value}
    {
    }
    /// bytes and bytesN.
    AbiValue(Bytes value)
        : value_{std::move(value)}
    {
    }
    AbiValue(const Hash32& value)
        : value_{to_bytes(value.view())}
    {
    }
    AbiValue(const XOnlyKey& value)
        : value_{to_bytes(value.view())}
    {
    }
    AbiValue(std::string value)
        : value_{std::move(value)}
    {
    }
    AbiValue(const char* value)
        : value_{std::string{value}}
    {
    }
    AbiValue(List value)
        : value_{std::move(value)}
    {
    }

    /// Each gives null where the value is of another type.
    const U256* if_number() const noexcept { return std::get_if<U256>(&value_); }
    const bool* if_bool() const noexcept { return std::get_if<bool>(&value_); }
    const Address* if_address() const noexcept { return std::get_if<Address>(&value_); }
    const Bytes* if_bytes() const noexcept { return std::get_if<Bytes>(&value_); }
    const std::string* if_text() const noexcept { return std::get_if<std::string>(&value_); }
    const List* if_list() const noexcept { return std::get_if<List>(&value_); }

    bool operator==(const AbiValue& other) const;

private:
    std::variant<U256, bool, Address, Bytes, std::string, List> value_;
};

/// A static scalar as its 32-byte word, left- or right-padded by kind. codec.type where value and type
/// disagree, codec.range where the value does not fit.
Result<Hash32> abi_word(const AbiType& type, const AbiValue& value);

/// The encoding of a parameter list. codec.type where a value does not fit its type, codec.range where a
/// number does not.
Result<Bytes> encode_abi(const std::vector<AbiType>& types, const AbiValue::List& values);

/// How much a decoder forgives. `canonical` takes only what encode_abi() would write. `foreign` is for the
/// answers of contracts that are not ours: offsets may stand in any order and bytes may follow, everything
/// else is as strict.
enum class AbiLayout : std::uint8_t
{
    canonical,
    foreign,
};

/// Decodes a parameter list; hostile input costs at most `max_items` values. Errors: codec.truncated for
/// offsets and lengths that point outside, codec.not-canonical for dirty padding and foreign layouts,
/// codec.range for booleans and numbers beyond their type, codec.utf8, codec.too-large.
Result<AbiValue::List> decode_abi(const std::vector<AbiType>& types, ByteView data,
                                  AbiLayout layout = AbiLayout::canonical, std::size_t max_items = 4096);

/// keccak256 of a signature such as `Transfer(address,address,uint256)`: the topic of an event.
Hash32 abi_topic(std::string_view signature);
/// The first four bytes of it: the selector of a function or custom error.
std::array<std::uint8_t, 4> abi_selector(std::string_view signature);

/// Call data: selector of `signature` and the encoded arguments. The types are those of the signature.
Result<Bytes> encode_call(std::string_view signature, const AbiValue::List& arguments);
} // namespace dmid::codec
