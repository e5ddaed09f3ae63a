// SPDX-License-Identifier: Apache-2.0
#include "codec/address.hpp"
#include "codec/dag_cbor.hpp"
#include "codec/eip712.hpp"
#include "codec/json.hpp"
#include "codec/rlp.hpp"
#include "codec/transaction.hpp"
#include "crypto/keccak.hpp"
#include "ops.hpp"

namespace dmid::oracle
{
namespace
{
namespace json = boost::json;
using codec::AbiType;
using codec::AbiValue;
using codec::Cbor;
using codec::U256;
using Kind = AbiType::Kind;

// ABI values as JSON: numbers in decimal (signed ones with a minus), addresses and bytes in hex, text and
// booleans as they are, arrays, tuples and structs as arrays.
Result<AbiValue> abi_from_json(const AbiType& type, const codec::JsonItem& item)
{
    switch (type.kind)
    {
    case Kind::uint:
    case Kind::integer:
    {
        DMID_TRY(auto digits, item.text());
        const bool negative = digits.starts_with('-');
        DMID_TRY(auto value, U256::from_decimal(std::string_view{digits}.substr(negative ? 1 : 0)));
        return AbiValue{negative ? value.negated() : value};
    }
    case Kind::address:
    {
        DMID_TRY(auto value, item.text());
        DMID_TRY(auto address, codec::parse_address(value));
        return AbiValue{address};
    }
    case Kind::boolean:
    {
        DMID_TRY(auto value, item.boolean());
        return AbiValue{value};
    }
    case Kind::fixed_bytes:
    case Kind::bytes:
    {
        DMID_TRY(auto value, item.data());
        return AbiValue{std::move(value)};
    }
    case Kind::text:
    {
        DMID_TRY(auto value, item.text());
        return AbiValue{std::move(value)};
    }
    default:
    {
        DMID_TRY(auto items, item.array());
        AbiValue::List list;
        for (std::size_t i = 0; i < items.size(); ++i)
        {
            if (type.kind == Kind::tuple && i >= type.inner.size())
                return fail(Errc::codec_type, item.path());
            DMID_TRY(auto value, abi_from_json(type.inner[type.kind == Kind::tuple ? i : 0], items[i]));
            list.push_back(std::move(value));
        }
        return AbiValue{std::move(list)};
    }
    }
}

json::value abi_to_json(const AbiType& type, const AbiValue& value)
{
    if (const auto* number = value.if_number())
    {
        const bool negative = type.kind == Kind::integer && number->bit_length() == 256;
        return text(negative ? "-" + number->negated().to_decimal() : number->to_decimal());
    }
    if (const auto* flag = value.if_bool())
        return *flag;
    if (const auto* address = value.if_address())
        return text(codec::checksum_address(*address));
    if (const auto* bytes = value.if_bytes())
        return hex(*bytes);
    if (const auto* string = value.if_text())
        return text(*string);
    json::array out;
    const auto& list = *value.if_list();
    for (std::size_t i = 0; i < list.size(); ++i)
        out.push_back(abi_to_json(type.inner[type.kind == Kind::tuple ? i : 0], list[i]));
    return out;
}

Result<AbiType> types_arg(const Args& args)
{
    DMID_TRY(auto signature, text_arg(args, "types"));
    DMID_TRY(auto inner, codec::parse_abi_types(signature));
    return AbiType{Kind::tuple, 0, std::move(inner)};
}

Result<AbiValue> values_arg(const Args& args, const AbiType& type, std::string_view key)
{
    const json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field(key)));
    return abi_from_json(type, item);
}

Result<json::value> abi_encode(const Args& args)
{
    DMID_TRY(auto type, types_arg(args));
    DMID_TRY(auto value, values_arg(args, type, "values"));
    DMID_TRY(auto data, codec::encode_abi(type.inner, *value.if_list()));
    return hex(data);
}

Result<json::value> abi_decode(const Args& args)
{
    DMID_TRY(auto type, types_arg(args));
    DMID_TRY(auto data, bytes_arg(args, "data"));
    const bool foreign = args.contains("foreign");
    DMID_TRY(auto values,
             codec::decode_abi(type.inner, data,
                               foreign ? codec::AbiLayout::foreign : codec::AbiLayout::canonical));
    return abi_to_json(type, AbiValue{std::move(values)});
}

// {"structs":[["Mail",[["Person","from"],…]],…],"primary":"Mail","shape":"((string,address),…)","values":[…],
//  "domain":{"name":…,"version":…,"chainId":"1","verifyingContract":…,"salt":…}}
Result<codec::Eip712Types> structs_arg(const Args& args)
{
    std::vector<codec::Eip712Struct> out;
    const json::value all(args);
    DMID_TRY(auto list_item, (codec::JsonItem{all, "args"}.field("structs")));
    DMID_TRY(auto list, list_item.array());
    for (const auto& one : list)
    {
        DMID_TRY(auto pair, one.array(2));
        codec::Eip712Struct entry;
        DMID_TRY(entry.name, pair.at(0).text());
        DMID_TRY(auto members, pair.at(1).array());
        for (const auto& member : members)
        {
            DMID_TRY(auto parts, member.array(2));
            codec::Eip712Member read;
            DMID_TRY(read.type, parts.at(0).text());
            DMID_TRY(read.name, parts.at(1).text());
            entry.members.push_back(std::move(read));
        }
        out.push_back(std::move(entry));
    }
    return codec::Eip712Types{std::move(out)};
}

Result<codec::Eip712Domain> domain_arg(const Args& args)
{
    const json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field("domain")));
    codec::Eip712Domain out;
    if (auto name = item.optional("name"))
    {
        DMID_TRY(out.name, name->text());
    }
    if (auto version = item.optional("version"))
    {
        DMID_TRY(out.version, version->text());
    }
    if (auto chain = item.optional("chainId"))
    {
        DMID_TRY(auto digits, chain->text());
        DMID_TRY(out.chain_id, U256::from_decimal(digits));
    }
    if (auto contract = item.optional("verifyingContract"))
    {
        DMID_TRY(auto address, contract->text());
        DMID_TRY(out.verifying_contract, codec::parse_address(address));
    }
    if (auto salt = item.optional("salt"))
    {
        DMID_TRY(out.salt, salt->fixed<Hash32>());
    }
    return out;
}

Result<json::value> eip712(const Args& args)
{
    DMID_TRY(auto types, structs_arg(args));
    DMID_TRY(auto domain, domain_arg(args));
    DMID_TRY(auto primary, text_arg(args, "primary"));
    DMID_TRY(auto shape_text, text_arg(args, "shape"));
    DMID_TRY(auto shape, codec::parse_abi_type(shape_text));
    DMID_TRY(auto value, values_arg(args, shape, "values"));
    DMID_TRY(auto type, types.encode_type(primary));
    DMID_TRY(auto hash, types.struct_hash(primary, *value.if_list()));
    DMID_TRY(auto digest, types.digest(domain, primary, *value.if_list()));
    return json::value{{"type", text(type)},
                       {"separator", hex(domain.separator().view())},
                       {"hash", hex(hash.view())},
                       {"digest", hex(digest.view())}};
}

// RLP as JSON: strings in hex, lists as arrays.
Result<Bytes> rlp_from_json(const codec::JsonItem& item)
{
    codec::RlpWriter out;
    if (!item.value().is_array())
    {
        DMID_TRY(auto data, item.data());
        out.bytes(data);
        return out.items();
    }
    DMID_TRY(auto items, item.array());
    for (const auto& one : items)
    {
        DMID_TRY(auto encoded, rlp_from_json(one));
        out.raw(encoded);
    }
    return out.wrap();
}

Result<json::value> rlp_to_json(const codec::RlpItem& item, unsigned depth)
{
    if (!item.is_list)
        return hex(item.payload);
    if (depth > 32)
        return fail(Errc::codec_too_deep, "RLP");
    json::array out;
    codec::RlpReader reader{item.payload};
    while (!reader.empty())
    {
        DMID_TRY(auto next, reader.next());
        DMID_TRY(auto value, rlp_to_json(next, depth + 1));
        out.push_back(std::move(value));
    }
    return out;
}

Result<json::value> rlp_encode(const Args& args)
{
    const json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field("value")));
    DMID_TRY(auto out, rlp_from_json(item));
    return hex(out);
}

Result<json::value> rlp_decode(const Args& args)
{
    DMID_TRY(auto data, bytes_arg(args, "data"));
    DMID_TRY(auto item, codec::decode_rlp(data));
    return rlp_to_json(item, 0);
}

// DAG-CBOR as JSON: null, booleans and text as they are; {"i":"decimal"}, {"b":"0x…"}, arrays;
// {"m":[[key,value],…]}.
Result<Cbor> cbor_from_json(const codec::JsonItem& item)
{
    if (item.is_null())
        return Cbor{};
    if (item.value().is_bool())
        return Cbor{item.value().get_bool()};
    if (item.value().is_string())
    {
        DMID_TRY(auto value, item.text());
        return Cbor{std::move(value)};
    }
    if (item.value().is_array())
    {
        DMID_TRY(auto items, item.array());
        Cbor::Array out;
        for (const auto& one : items)
        {
            DMID_TRY(auto value, cbor_from_json(one));
            out.push_back(std::move(value));
        }
        return Cbor{std::move(out)};
    }
    if (auto number = item.optional("i"))
    {
        DMID_TRY(auto digits, number->text());
        const bool negative = digits.starts_with('-');
        DMID_TRY(auto value, U256::from_decimal(std::string_view{digits}.substr(negative ? 1 : 0)));
        return negative ? Cbor{static_cast<std::int64_t>(0 - value.low64())} : Cbor{value.low64()};
    }
    if (auto bytes = item.optional("b"))
    {
        DMID_TRY(auto value, bytes->data());
        return Cbor{std::move(value)};
    }
    DMID_TRY(auto map_item, item.field("m"));
    DMID_TRY(auto entries, map_item.array());
    Cbor::Map out;
    for (const auto& entry : entries)
    {
        DMID_TRY(auto pair, entry.array(2));
        DMID_TRY(auto key, pair.at(0).text());
        DMID_TRY(auto value, cbor_from_json(pair.at(1)));
        out.set(std::move(key), std::move(value));
    }
    return Cbor{std::move(out)};
}

json::value cbor_to_json(const Cbor& value)
{
    if (value.is_null())
        return nullptr;
    if (const auto* flag = value.if_bool())
        return *flag;
    if (const auto* number = value.if_uint())
        return {{"i", text(std::to_string(*number))}};
    if (const auto* negative = value.if_negative())
        return {{"i", text(std::to_string(*negative))}};
    if (const auto* bytes = value.if_bytes())
        return {{"b", hex(*bytes)}};
    if (const auto* string = value.if_text())
        return text(*string);
    json::array out;
    if (const auto* array = value.if_array())
    {
        for (const auto& item : *array)
            out.push_back(cbor_to_json(item));
        return out;
    }
    for (const auto& [key, item] : *value.if_map())
        out.push_back(json::array{text(key), cbor_to_json(item)});
    return {{"m", std::move(out)}};
}

Result<json::value> cbor_encode(const Args& args)
{
    const json::value all(args);
    DMID_TRY(auto item, (codec::JsonItem{all, "args"}.field("value")));
    DMID_TRY(auto value, cbor_from_json(item));
    return hex(codec::encode_cbor(value));
}

Result<json::value> cbor_decode(const Args& args)
{
    DMID_TRY(auto data, bytes_arg(args, "data"));
    DMID_TRY(auto value, codec::decode_cbor(data));
    return json::value{{"value", cbor_to_json(value)}, {"again", hex(codec::encode_cbor(value))}};
}

Result<json::value> txn_decode(const Args& args)
{
    DMID_TRY(auto raw, bytes_arg(args, "raw"));
    DMID_TRY(auto read, codec::decode_transaction(raw));
    const auto& txn = read.txn;
    json::array list;
    for (const auto& entry : txn.access_list)
    {
        json::array keys;
        for (const auto& key : entry.storage_keys)
            keys.push_back(hex(key.view()));
        list.push_back(
            {{"address", text(codec::checksum_address(entry.address))}, {"storageKeys", std::move(keys)}});
    }
    return json::value{{"chainId", text(std::to_string(txn.chain_id))},
                       {"nonce", text(std::to_string(txn.nonce))},
                       {"maxPriorityFeePerGas", text(txn.max_priority_fee_per_gas.to_decimal())},
                       {"maxFeePerGas", text(txn.max_fee_per_gas.to_decimal())},
                       {"gas", text(std::to_string(txn.gas_limit))},
                       {"to", txn.to ? text(codec::checksum_address(*txn.to)) : json::value{}},
                       {"value", text(txn.value.to_decimal())},
                       {"data", hex(txn.data)},
                       {"accessList", std::move(list)},
                       {"signature", hex(read.signature.view())},
                       {"hash", hex(read.hash.view())},
                       {"signingHash", hex(txn.signing_hash().view())},
                       {"again", hex(txn.signed_raw(read.signature))}};
}
} // namespace

void add_codec_ops(Ops& ops)
{
    ops["keccak"] = [](const Args& args) -> Result<json::value>
    {
        DMID_TRY(auto data, bytes_arg(args, "data"));
        return hex(crypto::keccak256(data).view());
    };
    ops["address"] = [](const Args& args) -> Result<json::value>
    {
        DMID_TRY(auto value, text_arg(args, "text"));
        DMID_TRY(auto address, codec::parse_address(value));
        return text(codec::checksum_address(address));
    };
    ops["abi.encode"] = abi_encode;
    ops["abi.decode"] = abi_decode;
    ops["eip712"] = eip712;
    ops["rlp.encode"] = rlp_encode;
    ops["rlp.decode"] = rlp_decode;
    ops["cbor.encode"] = cbor_encode;
    ops["cbor.decode"] = cbor_decode;
    ops["txn.decode"] = txn_decode;
}
} // namespace dmid::oracle
