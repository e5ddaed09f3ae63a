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
    , caches_{RecordCache{options.cached_records}, RecordCache{options.cached_records},
              RecordCache{options.cached_records}}
{
}

net::Task<Result<chain::Agreement>> Resolver::agreement(chain::Finality finality)
{
    const auto& held = held_[static_cast<std::size_t>(finality)];
    {
        const std::lock_guard hold{mutex_};
        if (held && std::chrono::steady_clock::now() < held->until)
            co_return held->agreement;
    }
    co_return co_await agree_anew(finality);
}

net::Task<Result<chain::Agreement>> Resolver::agree_anew(chain::Finality finality)
{
    auto fresh = co_await chain::agree_block(endpoints_, finality);
    if (fresh)
    {
        const bool latest = finality == chain::Finality::latest;
        const std::lock_guard hold{mutex_};
        held_[static_cast<std::size_t>(finality)] =
            Held{*fresh, net::deadline_in(latest ? options_.agreement_for : options_.finalized_for)};
        begin_edition();
    }
    co_return fresh;
}

net::Task<Result<chain::WalletWord>> Resolver::ask_wallet(Address wallet, Hash32 digest,
                                                          codec::ContractSignature signature)
{
    DMID_CO_TRY(auto agreed, co_await agreement(chain::Finality::latest));
    if (proof::is_stale(agreed.block, clock_.now()))
        co_return fail(Errc::resolve_stale, fmt::format("block {}", agreed.block.number));
    auto word = co_await chain::ask_wallet(endpoints_, agreed, wallet, digest, signature);
    if (!word || word->yes)
        co_return word;
    // The held block may be older than the contract, or than the key that signed for it.
    auto fresh = co_await agree_anew(chain::Finality::latest);
    if (!fresh || fresh->block.hash == agreed.block.hash)
        co_return word;
    co_return co_await chain::ask_wallet(endpoints_, *std::move(fresh), wallet, digest, std::move(signature));
}

void Resolver::offer(const chain::Agreement& latest)
{
    const std::lock_guard hold{mutex_};
    held_[static_cast<std::size_t>(chain::Finality::latest)] =
        Held{latest, net::deadline_in(options_.offered_for)};
    begin_edition();
}

net::Task<Result<AnswerPtr>> Resolver::read(const chain::Agreement& agreement, model::Number number,
                                            chain::Finality finality)
{
    auto& cache = caches_[static_cast<std::size_t>(finality)];
    AnswerPtr earlier;
    {
        const std::lock_guard hold{mutex_};
        if (auto known = cache.find(agreement.block, number))
            co_return known;
        earlier = cache.earlier(agreement.block, number);
    }
    std::optional<chain::Reading> reading;
    if (earlier)
        reading = co_await reader_.renew(agreement, number, earlier->reading);
    if (!reading)
    {
        DMID_CO_TRY(reading, co_await reader_.read(agreement, number));
    }
    Result<std::optional<model::Document>> document;
    bool whole = true;
    if (const auto* record = std::get_if<proof::VerifiedRecord>(&reading->verified))
    {
        const model::Identity identity{network(), number, record->epoch()};
        document = read_document(*record, identity);
        whole = record->document().has_value() || !record->published();
    }
    if (const auto* record = std::get_if<proof::VerifiedRecord>(&reading->verified))
        tell(agreement, *record);
    auto answer = std::make_shared<const Answer>(Answer{*std::move(reading), std::move(document)});
    // A document that nobody had is asked for again by the next reader.
    if (whole)
    {
        const std::lock_guard hold{mutex_};
        cache.put(agreement.block, number, answer);
    }
    co_return AnswerPtr{std::move(answer)};
}

void Resolver::forget()
{
    const std::lock_guard hold{mutex_};
    for (auto& held : held_)
        held.reset();
    for (auto& cache : caches_)
        cache.clear();
    final_ = 0;
    final_named_ = false;
    final_until_ = {};
    published_.clear();
    begin_edition();
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
    auto read_there = co_await read(agreed, identifier.number, finality);
    if (!read_there && chain::may_be_of_another_block(read_there.error()))
    {
        co_await net::sleep_for(chain::kBetweenBlocks);
        DMID_CO_TRY(agreed, co_await agree_anew(finality));
        read_there = co_await read(agreed, identifier.number, finality);
    }
    DMID_CO_TRY(const auto answer, std::move(read_there));
    const auto& reading = answer->reading;
    const auto* record = std::get_if<proof::VerifiedRecord>(&reading.verified);
    if (record == nullptr)
        co_return fail(Errc::resolve_not_minted,
                       fmt::format("{} at block {}", identifier.number.in_fours(), agreed.block.number));
    if (!answer->document)
        co_return tl::unexpected<Error>(answer->document.error());
    const model::Identity identity{network(), identifier.number, record->epoch()};
    const auto now = clock_.now();
    Resolution resolution{std::move(identifier),
                          identity,
                          *record,
                          *answer->document,
                          finality,
                          std::max<UnixTime>(0, now - agreed.block.timestamp),
                          proof::is_stale(agreed.block, now),
                          reading.served_by,
                          std::move(agreed.set_aside),
                          reading.bundle};
    resolution.set_aside.insert(resolution.set_aside.end(), reading.set_aside.begin(),
                                reading.set_aside.end());
    co_return resolution;
}
} // namespace dmid::resolve
