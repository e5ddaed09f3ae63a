// SPDX-License-Identifier: Apache-2.0
#include "tool/chain_session.hpp"

#include "chain/gather.hpp"
#include "codec/address.hpp"
#include "net/run_blocking.hpp"
#include "node/dialing.hpp"
#include "tool/build_info.hpp"

#include <map>

namespace dmid::tool
{
using chain::TxnReceipt;

struct ChainSession::Impl
{
    SystemClock clock;
    std::unique_ptr<net::HttpClient> http;
    std::unique_ptr<chain::Endpoints> endpoints;
    proof::RegistryRef registry;
    std::unique_ptr<resolve::Resolver> resolver;
    std::unique_ptr<chain::RecordReader> reader;
    std::optional<chain::Sender> sender;
    std::unique_ptr<chain::OwnerActions> actions;
    std::filesystem::path state;
    Output* out = nullptr;
};

Result<proof::RegistryRef> registry_of(const config::Chain& chain)
{
    if (chain.registry.empty())
        return fail(Errc::config_missing, "[chain] registry, or --registry");
    proof::RegistryRef ref;
    ref.chain_id = chain.id;
    DMID_TRY(ref.registry, codec::parse_address(chain.registry));
    ref.code_hash = registry_code_hash();
    if (!chain.code_hash.empty())
    {
        DMID_TRY(ref.code_hash, fixed_from_hex<Hash32>(chain.code_hash));
    }
    return ref;
}

Result<std::optional<Address>> ens_registry_of(const config::Config& config)
{
    if (config.names.ens_registry.empty())
        return std::optional<Address>{};
    auto address = codec::parse_address(config.names.ens_registry);
    if (!address)
        return fail(Errc::config_value, "[names] ens_registry: " + address.error().context);
    return std::optional{*address};
}

chain::ChainConfig chain_config_of(const config::Chain& chain)
{
    chain::ChainConfig out;
    out.chain_id = chain.id;
    out.quorum = static_cast<unsigned>(chain.agree);
    for (const auto& endpoint : chain.endpoints)
        out.endpoints.push_back({endpoint.label, endpoint.url, endpoint.verifying, endpoint.ws_url});
    if (out.endpoints.empty() && chain.id == chain::kLocalChain)
        out.endpoints.push_back({"local", "http://127.0.0.1:8545", false});
    return out;
}

ChainSession::ChainSession(std::unique_ptr<Impl> impl)
    : impl_{std::move(impl)}
{
}
ChainSession::~ChainSession() = default;

Result<std::unique_ptr<ChainSession>> ChainSession::open(const Invocation& call, bool with_registry)
{
    DMID_TRY(const auto config, call.config());
    auto impl = std::make_unique<Impl>();
    impl->out = &call.out();
    impl->state = call.paths().state;
    DMID_TRY(auto dialer, node::dialer_of(config));
    impl->http = std::make_unique<net::HttpClient>(std::move(dialer));
    DMID_TRY(impl->endpoints, chain::Endpoints::make(*impl->http, chain_config_of(config.chain)));
    impl->registry.chain_id = config.chain.id;
    if (with_registry)
    {
        DMID_TRY(impl->registry, registry_of(config.chain));
    }
    resolve::ResolveOptions reading;
    DMID_TRY(reading.ens_registry, ens_registry_of(config));
    impl->resolver = std::make_unique<resolve::Resolver>(*impl->endpoints, impl->registry, impl->clock,
                                                         chain::DocumentSource{}, std::move(reading));
    impl->reader = std::make_unique<chain::RecordReader>(*impl->endpoints, impl->registry);
    return std::unique_ptr<ChainSession>{new ChainSession{std::move(impl)}};
}

const proof::RegistryRef& ChainSession::registry() const noexcept
{
    return impl_->registry;
}
const chain::Endpoints& ChainSession::endpoints() const noexcept
{
    return *impl_->endpoints;
}

namespace
{
net::Task<Result<bool>> ask_final(resolve::Resolver& resolver, proof::VerifiedRecord record)
{
    co_return co_await resolver.is_final(record);
}
} // namespace

Result<resolve::Resolution> ChainSession::resolve(const std::string& text, chain::Finality finality)
{
    DMID_TRY(auto resolution, net::run_blocking(impl_->resolver->resolve(text, finality)));
    DMID_TRY(resolution.published_final, net::run_blocking(ask_final(*impl_->resolver, resolution.record)));
    return resolution;
}

Result<resolve::NameFound> ChainSession::find_name(const std::string& text, chain::Finality finality)
{
    DMID_TRY(auto found, net::run_blocking(impl_->resolver->find_name(text, finality)));
    DMID_TRY(found.number.published_final,
             net::run_blocking(ask_final(*impl_->resolver, found.number.record)));
    return found;
}

namespace
{
net::Task<Result<chain::Reading>> read_latest(const chain::Endpoints& endpoints, chain::RecordReader& reader,
                                              model::Number number)
{
    auto agreement = co_await chain::agree_block(endpoints, chain::Finality::latest);
    if (!agreement)
        co_return tl::unexpected<Error>(agreement.error());
    co_return co_await reader.read(*agreement, number);
}

net::Task<Result<std::vector<Result<chain::HeaderAnswer>>>> fetch_headers(const chain::Endpoints& endpoints,
                                                                          std::string block)
{
    std::vector<net::Task<Result<chain::HeaderAnswer>>> tasks;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        tasks.push_back(chain::fetch_header(endpoints.at(i), block));
    co_return co_await chain::gather(std::move(tasks));
}

net::Task<Result<bool>> ask_history(const chain::Endpoints& endpoints, std::string address)
{
    for (const auto* method : {"eth_getTransactionCount", "eth_getBalance"})
    {
        boost::json::array params{address, "latest"};
        auto answer = co_await endpoints.call_any(method, std::move(params));
        if (!answer)
            co_return tl::unexpected<Error>(answer.error());
        if (!answer->is_string() || answer->as_string() != "0x0")
            co_return true;
    }
    co_return false;
}

net::Task<Result<std::uint64_t>> ask_nonce(const chain::Endpoints& endpoints, Address registry,
                                           model::Number number)
{
    boost::json::object call{{"to", to_hex0x(registry.view())},
                             {"data", to_hex0x(chain::registry::call_owner_nonce(number))}};
    boost::json::array params{std::move(call), "latest"};
    auto answer = co_await endpoints.call_any("eth_call", std::move(params));
    if (!answer)
        co_return tl::unexpected<Error>(answer.error());
    auto word = codec::JsonItem{*answer, "ownerNonce"}.fixed<Hash32>();
    if (!word)
        co_return fail(Errc::chain_bad_answer, word.error().context);
    const auto nonce = codec::U256::from_word(*word).to_u64();
    if (!nonce)
        co_return fail(Errc::chain_bad_answer, "ownerNonce");
    co_return *nonce;
}
} // namespace

Result<proof::VerifiedRecord> record_of(const chain::Reading& reading)
{
    if (const auto* record = std::get_if<proof::VerifiedRecord>(&reading.verified))
        return *record;
    return fail(Errc::resolve_not_minted,
                std::get<proof::VerifiedAbsence>(reading.verified).number().in_fours());
}

Result<chain::Reading> ChainSession::read(model::Number number)
{
    DMID_TRY(auto reading, net::run_blocking(read_latest(*impl_->endpoints, *impl_->reader, number)));
    DMID_TRY(record_of(reading));
    return reading;
}

Result<proof::AgreedBlock> ChainSession::block_at(std::uint64_t height)
{
    DMID_TRY(const auto answers,
             net::run_blocking(fetch_headers(*impl_->endpoints, codec::to_quantity(height))));
    std::map<Hash32, unsigned> votes;
    std::string failures;
    for (const auto& answer : answers)
    {
        if (answer)
            ++votes[answer->header.hash];
        else
            failures += (failures.empty() ? "" : "; ") + to_string(answer.error());
    }
    const auto all = static_cast<unsigned>(answers.size());
    for (const auto& answer : answers)
    {
        if (!answer || votes[answer->header.hash] < impl_->endpoints->quorum())
            continue;
        const auto tier = all == 1 ? proof::Tier::t1 : proof::Tier::t2;
        return proof::agree(answer->header, impl_->registry.chain_id, tier, votes[answer->header.hash], all,
                            false);
    }
    if (all == 1 && !answers.front())
        return tl::unexpected<Error>(answers.front().error());
    return fail(Errc::chain_no_agreement, "block " + std::to_string(height) + ": " +
                                              std::to_string(votes.size()) + " different hashes from " +
                                              std::to_string(all) + " endpoints" +
                                              (failures.empty() ? "" : "; " + failures));
}

Result<bool> ChainSession::has_history(const Address& address)
{
    return net::run_blocking(ask_history(*impl_->endpoints, to_hex0x(address.view())));
}

Result<std::uint64_t> ChainSession::owner_nonce(model::Number number)
{
    return net::run_blocking(ask_nonce(*impl_->endpoints, impl_->registry.registry, number));
}

Result<> ChainSession::open_payer(KeyRing& ring)
{
    DMID_TRY(const auto key, ring.load(keys::Role::payer));
    DMID_TRY(auto sender, chain::Sender::make(*impl_->endpoints, key, impl_->state));
    impl_->sender.emplace(std::move(sender));
    // Plans of mints are of one registry.
    const auto folder =
        std::to_string(impl_->registry.chain_id) + "-" + to_hex(impl_->registry.registry.view());
    auto* out = impl_->out;
    impl_->actions = std::make_unique<chain::OwnerActions>(
        *impl_->sender, impl_->registry, impl_->state / "mints" / folder,
        [out](const std::string& words) { out->progress(words); });
    return {};
}

const Address& ChainSession::payer() const
{
    return impl_->sender->payer();
}

Result<chain::Deployment> ChainSession::deploy(Bytes creation_code, const Hash32& salt)
{
    return net::run_blocking(
        chain::deploy_registry(*impl_->sender, std::move(creation_code), registry_code_hash(), salt));
}

Result<chain::Minted> ChainSession::mint(const std::string& name, const Address& recipient,
                                         net::Millis patience)
{
    return net::run_blocking(impl_->actions->mint(name, recipient, patience));
}

Result<TxnReceipt> ChainSession::publish(const Secret32& owner, model::Number number,
                                         chain::Publication publication)
{
    return net::run_blocking(impl_->actions->publish(owner, number, std::move(publication)));
}

Result<TxnReceipt> ChainSession::transfer(const Secret32& owner, model::Number number, const Address& to)
{
    return net::run_blocking(impl_->actions->transfer(owner, number, to));
}

Result<TxnReceipt> ChainSession::transfer_and_publish(const Secret32& owner, const Secret32& recipient,
                                                      model::Number number, chain::Publication publication)
{
    return net::run_blocking(
        impl_->actions->transfer_and_publish(owner, recipient, number, std::move(publication)));
}

Result<TxnReceipt> ChainSession::lock_step(const Secret32& owner, model::Number number,
                                           chain::registry::LockStep step)
{
    return net::run_blocking(impl_->actions->lock_step(owner, number, step));
}

Result<TxnReceipt> ChainSession::send(chain::Intent intent)
{
    return net::run_blocking(impl_->sender->send(std::move(intent)));
}
} // namespace dmid::tool
