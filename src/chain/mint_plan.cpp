// SPDX-License-Identifier: Apache-2.0
#include "chain/mint_plan.hpp"

#include "chain/registry_abi.hpp"
#include "codec/json.hpp"
#include "keys/files.hpp"

#include <boost/json.hpp>

namespace dmid::chain
{
namespace
{
Result<MintPlan> parse(const codec::JsonItem& file)
{
    MintPlan plan;
    DMID_TRY(const auto chain, file.field("chainId"));
    DMID_TRY(plan.network.chain_id, chain.uint());
    DMID_TRY(const auto registry, file.field("registry"));
    DMID_TRY(plan.network.registry, registry.fixed<Address>());
    DMID_TRY(const auto recipient, file.field("recipient"));
    DMID_TRY(plan.recipient, recipient.fixed<Address>());
    DMID_TRY(const auto secret_item, file.field("secret"));
    DMID_TRY(const auto secret, secret_item.fixed<Hash32>());
    plan.secret = Secret32{secret.bytes};
    if (const auto number = file.optional("number"); number)
    {
        DMID_TRY(const auto value, number->uint());
        DMID_TRY(plan.number, model::Number::from_value(value));
        DMID_TRY(const auto block, file.field("block"));
        DMID_TRY(plan.block, block.uint());
    }
    return plan;
}
} // namespace

Hash32 MintPlan::commitment() const
{
    return registry::commitment_for(network, recipient, secret);
}

Result<std::optional<MintPlan>> load_mint_plan(const std::filesystem::path& file)
{
    const auto text = keys::read_private_file(file);
    if (!text && text.error().code == Errc::key_not_found)
        return std::optional<MintPlan>{};
    if (!text)
        return fail(Errc::store_io, text.error().context);
    const auto value = codec::parse_json(*text);
    if (!value)
        return fail(Errc::store_corrupt, file.string());
    auto plan = parse(codec::JsonItem{*value, "mint"});
    if (!plan)
        return fail(Errc::store_corrupt, file.string() + ": " + to_string(plan.error()));
    return std::optional<MintPlan>{*std::move(plan)};
}

Result<> save_mint_plan(const std::filesystem::path& file, const MintPlan& plan)
{
    boost::json::object object{{"chainId", plan.network.chain_id},
                               {"registry", to_hex0x(plan.network.registry.view())},
                               {"recipient", to_hex0x(plan.recipient.view())},
                               {"secret", to_hex0x(plan.secret.view())}};
    if (plan.number)
    {
        object["number"] = plan.number->value();
        object["block"] = plan.block;
    }
    auto saved = keys::replace_private_file(file, codec::serialise_json(object));
    if (!saved)
        return fail(Errc::store_io, saved.error().context);
    return {};
}
} // namespace dmid::chain
