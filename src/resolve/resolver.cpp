// SPDX-License-Identifier: Apache-2.0
#include "resolve/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dmid::resolve
{
namespace
{
// Decodes the document and holds it against the record: keys, possession, handovers.
Result<std::optional<model::Document>> read_document(const proof::VerifiedRecord& record,
                                                     const model::Identity& identity)
{
    if (!record.document())
        return std::optional<model::Document>{};
    DMID_TRY(auto document, model::decode_document(*record.document()));
    DMID_TRY(model::verify_document(document, identity, record.owner(), record.inbox_key()));
    return std::optional<model::Document>{std::move(document)};
}
} // namespace

Resolver::Resolver(const chain::Endpoints& endpoints, proof::RegistryRef registry, const Clock& clock,
                   chain::DocumentSource documents, ResolveOptions options)
    : endpoints_{endpoints}
    , registry_{registry}
    , clock_{clock}
    , options_{options}
    , reader_{endpoints, registry, std::move(documents)}
{
}

net::Task<Result<chain::Agreement>> Resolver::agreement(chain::Finality finality)
{
    const bool latest = finality == chain::Finality::latest;
    auto& held = latest ? latest_ : finalized_;
    {
        const std::lock_guard hold{mutex_};
        if (held && std::chrono::steady_clock::now() < held->until)
            co_return held->agreement;
    }
    auto fresh = co_await chain::agree_block(endpoints_, finality);
    if (fresh)
    {
        const std::lock_guard hold{mutex_};
        held = Held{*fresh, net::deadline_in(latest ? options_.agreement_for : options_.finalized_for)};
    }
    co_return fresh;
}

net::Task<Result<chain::Reading>> Resolver::read(const chain::Agreement& agreement, model::Number number)
{
    const auto is_it = [&agreement, number](const Cached& one)
    { return one.number == number && one.block == agreement.block; };
    {
        const std::lock_guard hold{mutex_};
        const auto found = std::find_if(readings_.begin(), readings_.end(), is_it);
        if (found != readings_.end())
            co_return found->reading;
    }
    auto reading = co_await reader_.read(agreement, number);
    if (reading)
    {
        const std::lock_guard hold{mutex_};
        if (readings_.size() >= options_.cached_records && !readings_.empty())
            readings_.pop_front();
        if (options_.cached_records > 0)
            readings_.push_back({agreement.block, number, *reading});
    }
    co_return reading;
}

void Resolver::forget()
{
    const std::lock_guard hold{mutex_};
    latest_.reset();
    finalized_.reset();
    readings_.clear();
}

net::Task<Result<Resolution>> Resolver::resolve(model::Number number, chain::Finality finality)
{
    model::Identifier identifier;
    identifier.number = number;
    co_return co_await resolve_identifier(std::move(identifier), finality);
}

net::Task<Result<Resolution>> Resolver::resolve(std::string text, chain::Finality finality)
{
    auto identifier = model::parse_identifier(text);
    if (!identifier)
        co_return tl::unexpected<Error>(std::move(identifier).error());
    if (identifier->network && *identifier->network != network())
        co_return fail(Errc::number_network,
                       fmt::format("the identifier is of chain {} and registry {}; configured are {} and {}",
                                   identifier->network->chain_id,
                                   to_hex0x(identifier->network->registry.view()), registry_.chain_id,
                                   to_hex0x(registry_.registry.view())));
    co_return co_await resolve_identifier(*std::move(identifier), finality);
}

net::Task<Result<Resolution>> Resolver::resolve_identifier(model::Identifier identifier,
                                                           chain::Finality finality)
{
    DMID_CO_TRY(auto agreed, co_await agreement(finality));
    DMID_CO_TRY(auto reading, co_await read(agreed, identifier.number));
    auto* record = std::get_if<proof::VerifiedRecord>(&reading.verified);
    if (record == nullptr)
        co_return fail(Errc::resolve_not_minted,
                       fmt::format("{} at block {}", identifier.number.in_fours(), agreed.block.number));
    const model::Identity identity{network(), identifier.number, record->epoch()};
    DMID_CO_TRY(auto document, read_document(*record, identity));
    const auto now = clock_.now();
    Resolution resolution{std::move(identifier),
                          identity,
                          std::move(*record),
                          std::move(document),
                          std::max<UnixTime>(0, now - agreed.block.timestamp),
                          proof::is_stale(agreed.block, now),
                          std::move(reading.served_by),
                          std::move(agreed.set_aside),
                          std::move(reading.bundle)};
    for (auto& one : reading.set_aside)
        resolution.set_aside.push_back(std::move(one));
    co_return resolution;
}
} // namespace dmid::resolve
