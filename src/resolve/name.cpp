// SPDX-License-Identifier: Apache-2.0
#include "resolve/name.hpp"

#include "resolve/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::resolve
{
Result<model::Identifier> number_of_record(const chain::EnsText& record, const model::EnsName& name,
                                           const model::Network& network)
{
    switch (record.kind)
    {
    case chain::EnsText::Kind::none:
        return fail(Errc::name_no_number, fmt::format("{} has no record {}", name.text(), chain::kNumberKey));
    case chain::EnsText::Kind::off_chain:
        return fail(Errc::name_off_chain, name.text());
    case chain::EnsText::Kind::unreadable:
        return fail(Errc::name_no_number,
                    fmt::format("the record {} of {} is no short text", chain::kNumberKey, name.text()));
    case chain::EnsText::Kind::text:
        break;
    }
    auto identifier = model::parse_identifier(record.text);
    if (!identifier)
        return fail(Errc::name_no_number, fmt::format("what {} says is no number: {}", name.text(),
                                                      dmid::name(identifier.error().code)));
    if (identifier->tail)
        return fail(Errc::name_no_number,
                    fmt::format("{} leads to a purpose tail; a name stands for a number", name.text()));
    if (identifier->network && *identifier->network != network)
        return fail(Errc::number_network, name.text() + " leads to a number of another deployment");
    return *std::move(identifier);
}

bool lists_name(const model::Document& document, const model::EnsName& name)
{
    return std::any_of(document.also_known_as.begin(), document.also_known_as.end(),
                       [&](const std::string& listed)
                       {
                           const auto read = model::EnsName::parse(listed);
                           return read && *read == name;
                       });
}

std::string whose_word(const proof::AgreedBlock& block, unsigned agreeing)
{
    if (block.tier == proof::Tier::t3)
        return "a verifying endpoint";
    if (block.tier == proof::Tier::t1)
        return "the one endpoint that was asked";
    return fmt::format("{} of {} endpoints", agreeing, block.asked);
}

net::Task<Result<NameFound>> Resolver::find_name(std::string text, chain::Finality finality)
{
    auto name = model::EnsName::parse(text);
    if (!name)
        co_return tl::unexpected<Error>(std::move(name).error());
    if (!options_.ens_registry)
        co_return fail(Errc::name_not_looked_up, name->text());
    DMID_CO_TRY(auto agreed, co_await agreement(finality));
    if (proof::is_stale(agreed.block, clock_.now()))
        co_return fail(Errc::resolve_stale, fmt::format("block {}", agreed.block.number));
    std::string key{chain::kNumberKey};
    DMID_CO_TRY(const auto word, co_await chain::ask_ens_text(endpoints_, std::move(agreed),
                                                              *options_.ens_registry, *name, std::move(key)));
    DMID_CO_TRY(auto identifier, number_of_record(word.said, *name, network()));
    const auto number = identifier.number;
    DMID_CO_TRY(auto resolution, co_await resolve_identifier(std::move(identifier), finality));
    if (resolution.record.published() && !resolution.document)
        co_return fail(Errc::document_unavailable,
                       "whether " + number.in_fours() + " lists " + name->text() + " cannot be read");
    if (!resolution.document || !lists_name(*resolution.document, *name))
        co_return fail(Errc::name_one_sided, fmt::format("{} leads to {}, whose document does not list it",
                                                         name->text(), number.in_fours()));
    co_return NameFound{*std::move(name), std::move(resolution), word.block, word.agreeing};
}
} // namespace dmid::resolve
