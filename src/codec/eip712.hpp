// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "codec/abi.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Typed structured data (https://eips.ethereum.org/EIPS/eip-712). A message is described by a table of
// structs and given as values in the order of the members:
//
//     const Eip712Types types{{"Publish", {{"uint256", "number"}, {"bytes32", "inboxKey"}}}};
//     DMID_TRY(auto digest, types.digest(domain, "Publish", {U256{number.value()}, key}));
namespace dmid::codec
{
struct Eip712Member
{
    std::string type; ///< an ABI scalar, `bytes`, `string`, a struct's name, or an array of these
    std::string name;
};

struct Eip712Struct
{
    std::string name;
    std::vector<Eip712Member> members;
};

/// The signing domain. What is absent is left out of the domain's type, as the standard has it.
struct Eip712Domain
{
    std::optional<std::string> name;
    std::optional<std::string> version;
    std::optional<U256> chain_id;
    std::optional<Address> verifying_contract;
    std::optional<Hash32> salt;

    Hash32 separator() const;
    /// `EIP712Domain(string name,…)` with the fields that are there.
    std::string type() const;
};

/// keccak256(0x1901 ‖ separator ‖ struct hash): what is signed.
Hash32 eip712_digest(const Hash32& separator, const Hash32& struct_hash) noexcept;

/// The structs of one kind of message.
class Eip712Types
{
public:
    Eip712Types(std::initializer_list<Eip712Struct> structs)
        : structs_{structs}
    {
    }
    explicit Eip712Types(std::vector<Eip712Struct> structs)
        : structs_{std::move(structs)}
    {
    }

    /// `Mail(Person from,…)Person(…)`: the struct, then those it refers to, by name. codec.type for a
    /// struct that is not in the table; codec.too-deep for structs that contain one another beyond 16.
    Result<std::string> encode_type(std::string_view name) const;
    Result<Hash32> type_hash(std::string_view name) const;
    /// A struct is a list of its members' values, in order. codec.type and codec.range as encode_abi().
    Result<Hash32> struct_hash(std::string_view name, const AbiValue::List& values) const;
    /// What the owner of a key signs.
    Result<Hash32> digest(const Eip712Domain& domain, std::string_view name,
                          const AbiValue::List& values) const;

private:
    const Eip712Struct* find(std::string_view name) const noexcept;
    Result<> collect(const Eip712Struct& of, std::vector<const Eip712Struct*>& found, unsigned depth) const;
    Result<Hash32> member(std::string_view type, const AbiValue& value, unsigned depth) const;
    Result<Hash32> hash(std::string_view name, const AbiValue::List& values, unsigned depth) const;

    std::vector<Eip712Struct> structs_;
};
} // namespace dmid::codec
