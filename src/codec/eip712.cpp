// SPDX-License-Identifier: Apache-2.0
#include "codec/eip712.hpp"

#include "crypto/keccak.hpp"

#include <algorithm>
#include <charconv>

namespace dmid::codec
{
namespace
{
constexpr unsigned kMaxStructDepth = 16;

/// `Person[2][]` → `Person`.
std::string_view base_of(std::string_view type) noexcept
{
    return type.substr(0, type.find('['));
}

void put_own(std::string& out, const Eip712Struct& of)
{
    out += of.name;
    out += '(';
    for (std::size_t i = 0; i < of.members.size(); ++i)
    {
        if (i != 0)
            out += ',';
        out += of.members[i].type + ' ' + of.members[i].name;
    }
    out += ')';
}
} // namespace

std::string Eip712Domain::type() const
{
    Eip712Struct own{"EIP712Domain", {}};
    if (name)
        own.members.push_back({"string", "name"});
    if (version)
        own.members.push_back({"string", "version"});
    if (chain_id)
        own.members.push_back({"uint256", "chainId"});
    if (verifying_contract)
        own.members.push_back({"address", "verifyingContract"});
    if (salt)
        own.members.push_back({"bytes32", "salt"});
    std::string out;
    put_own(out, own);
    return out;
}

Hash32 Eip712Domain::separator() const
{
    crypto::Keccak256 hash;
    hash.update(abi_topic(type()).view());
    if (name)
        hash.update(abi_topic(*name).view());
    if (version)
        hash.update(abi_topic(*version).view());
    if (chain_id)
        hash.update(chain_id->to_word().view());
    if (verifying_contract)
    {
        constexpr std::array<std::uint8_t, 12> kPadding{};
        hash.update(kPadding).update(verifying_contract->view());
    }
    if (salt)
        hash.update(salt->view());
    return hash.finish();
}

Hash32 eip712_digest(const Hash32& separator, const Hash32& struct_hash) noexcept
{
    constexpr std::array<std::uint8_t, 2> kPrefix{0x19, 0x01};
    return crypto::Keccak256{}.update(kPrefix).update(separator.view()).update(struct_hash.view()).finish();
}

const Eip712Struct* Eip712Types::find(std::string_view name) const noexcept
{
    const auto at =
        std::find_if(structs_.begin(), structs_.end(), [name](const auto& s) { return s.name == name; });
    return at == structs_.end() ? nullptr : &*at;
}

Result<> Eip712Types::collect(const Eip712Struct& of, std::vector<const Eip712Struct*>& found,
                              unsigned depth) const
{
    if (std::find(found.begin(), found.end(), &of) != found.end())
        return {};
    if (depth > kMaxStructDepth)
        return fail(Errc::codec_too_deep, of.name);
    found.push_back(&of);
    for (const auto& member : of.members)
    {
        const auto* inner = find(base_of(member.type));
        if (inner == nullptr)
            continue;
        DMID_TRY(collect(*inner, found, depth + 1));
    }
    return {};
}

Result<std::string> Eip712Types::encode_type(std::string_view name) const
{
    const auto* of = find(name);
    if (of == nullptr)
        return fail(Errc::codec_type, "no struct " + std::string{name});
    std::vector<const Eip712Struct*> found;
    DMID_TRY(collect(*of, found, 0));
    std::sort(found.begin() + 1, found.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    std::string out;
    for (const auto* one : found)
        put_own(out, *one);
    return out;
}

Result<Hash32> Eip712Types::type_hash(std::string_view name) const
{
    DMID_TRY(auto text, encode_type(name));
    return abi_topic(text);
}

Result<Hash32> Eip712Types::member(std::string_view type, const AbiValue& value, unsigned depth) const
{
    if (depth > kMaxStructDepth)
        return fail(Errc::codec_too_deep, std::string{type});
    if (type.ends_with(']'))
    {
        const auto open = type.rfind('[');
        const auto* list = value.if_list();
        if (open == std::string_view::npos || list == nullptr)
            return fail(Errc::codec_type, std::string{type});
        const auto count = type.substr(open + 1, type.size() - open - 2);
        std::size_t expected = 0;
        const auto parsed = std::from_chars(count.data(), count.data() + count.size(), expected);
        if (!count.empty() && (parsed.ec != std::errc{} || parsed.ptr != count.data() + count.size()))
            return fail(Errc::codec_type, std::string{type});
        if (!count.empty() && expected != list->size())
            return fail(Errc::codec_range, std::string{type});
        crypto::Keccak256 joined;
        for (const auto& item : *list)
        {
            DMID_TRY(auto word, member(type.substr(0, open), item, depth + 1));
            joined.update(word.view());
        }
        return joined.finish();
    }
    if (find(type) != nullptr)
    {
        const auto* list = value.if_list();
        if (list == nullptr)
            return fail(Errc::codec_type, std::string{type});
        return hash(type, *list, depth + 1);
    }
    DMID_TRY(auto scalar, parse_abi_type(type));
    if (scalar.kind == AbiType::Kind::bytes && value.if_bytes() != nullptr)
        return crypto::keccak256(*value.if_bytes());
    if (scalar.kind == AbiType::Kind::text && value.if_text() != nullptr)
        return abi_topic(*value.if_text());
    return abi_word(scalar, value);
}

Result<Hash32> Eip712Types::hash(std::string_view name, const AbiValue::List& values, unsigned depth) const
{
    DMID_TRY(auto type, type_hash(name));
    const auto& members = find(name)->members;
    if (members.size() != values.size())
        return fail(Errc::codec_type,
                    std::string{name} + " has " + std::to_string(members.size()) + " members");
    crypto::Keccak256 data;
    data.update(type.view());
    for (std::size_t i = 0; i < members.size(); ++i)
    {
        DMID_TRY(auto word, member(members[i].type, values[i], depth));
        data.update(word.view());
    }
    return data.finish();
}

Result<Hash32> Eip712Types::struct_hash(std::string_view name, const AbiValue::List& values) const
{
    return hash(name, values, 0);
}

Result<Hash32> Eip712Types::digest(const Eip712Domain& domain, std::string_view name,
                                   const AbiValue::List& values) const
{
    DMID_TRY(auto message, struct_hash(name, values));
    return eip712_digest(domain.separator(), message);
}
} // namespace dmid::codec
