// SPDX-License-Identifier: Apache-2.0
#include "model/identity_bytes.hpp"

namespace dmid::model
{
codec::Cbor identity_to_cbor(const Identity& identity)
{
    return codec::Cbor::Array{identity.network.chain_id, identity.network.registry, identity.number.value(),
                              identity.epoch};
}

Result<Identity> identity_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto items, item.array(4));
    if (items.size() != 4)
        return item.refuse("an identity has four items");
    Identity out;
    DMID_TRY(out.network.chain_id, items[0].uint());
    DMID_TRY(out.network.registry, items[1].fixed<Address>());
    DMID_TRY(const auto value, items[2].uint());
    DMID_TRY(out.number, Number::from_value(value));
    DMID_TRY(const auto epoch, items[3].uint(kMaxEpoch));
    out.epoch = static_cast<std::uint32_t>(epoch);
    return out;
}

Result<std::int64_t> time_from_cbor(const codec::CborItem& item)
{
    DMID_TRY(const auto seconds, item.uint((std::uint64_t{1} << 40U) - 1));
    return static_cast<std::int64_t>(seconds);
}
} // namespace dmid::model
