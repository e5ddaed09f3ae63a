// SPDX-License-Identifier: Apache-2.0
#include "proof/bundle.hpp"

#include "codec/cbor_reader.hpp"
#include "proof/block.hpp"

namespace dmid::proof
{
namespace
{
using codec::Cbor;
using codec::CborItem;
using codec::MapReader;

constexpr codec::CborLimits kLimits{kMaxBundle, 512, 4};

Cbor::Array node_list(const Nodes& nodes)
{
    Cbor::Array out;
    for (const auto& node : nodes)
        out.emplace_back(node);
    return out;
}

Result<Nodes> read_nodes(MapReader& map, std::string_view key)
{
    Nodes out;
    DMID_TRY(auto items, map.array(key, kMaxNodes));
    for (const auto& item : items)
    {
        DMID_TRY(auto node, item.bytes(kMaxNodeBytes));
        out.push_back(std::move(node));
    }
    return out;
}

Result<Bundle> read(const Cbor& value)
{
    Bundle out;
    DMID_TRY(auto map, MapReader::open(value, "bundle"));
    DMID_TRY(auto version, map.uint("v"));
    if (version != kBundleVersion)
        return fail(Errc::proof_bundle_invalid, "version " + std::to_string(version));
    DMID_TRY(out.chain_id, map.uint("chain"));
    DMID_TRY(out.registry, map.fixed<Address>("registry"));
    DMID_TRY(auto number, map.uint("number"));
    DMID_TRY(out.number, model::Number::from_value(number));
    DMID_TRY(out.header, map.bytes("header", kMaxHeader));
    DMID_TRY(out.account, read_nodes(map, "account"));
    DMID_TRY(out.storage, read_nodes(map, "storage"));
    DMID_TRY(out.document, map.optional_bytes("document", kMaxDocument));
    DMID_TRY(map.finish());
    return out;
}
} // namespace

Bytes encode_bundle(const Bundle& bundle)
{
    Cbor::Map map{{"v", kBundleVersion},
                  {"chain", bundle.chain_id},
                  {"registry", bundle.registry},
                  {"number", bundle.number.value()},
                  {"header", bundle.header},
                  {"account", node_list(bundle.account)},
                  {"storage", node_list(bundle.storage)}};
    if (bundle.document)
        map.set("document", *bundle.document);
    return codec::encode_cbor(map);
}

Result<Bundle> decode_bundle(ByteView bytes)
{
    if (bytes.size() > kMaxBundle)
        return fail(Errc::proof_too_large, std::to_string(bytes.size()) + " bytes");
    auto value = codec::decode_cbor(bytes, kLimits);
    if (!value)
        return fail(Errc::proof_bundle_invalid, to_string(value.error()));
    auto bundle = read(*value);
    if (!bundle && bundle.error().code != Errc::proof_bundle_invalid)
        return fail(Errc::proof_bundle_invalid, to_string(bundle.error()));
    return bundle;
}
} // namespace dmid::proof
