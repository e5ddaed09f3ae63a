// SPDX-License-Identifier: Apache-2.0
#include "chain/endpoints.hpp"

#include "codec/json.hpp"

#include <fmt/format.h>

#include <set>

namespace dmid::chain
{
namespace
{
constexpr std::size_t kMaxEndpoints = 16;

bool is_refusal(const Result<RpcOutcome>& outcome)
{
    return outcome && std::holds_alternative<RpcRefusal>(*outcome);
}
} // namespace

Result<std::unique_ptr<Endpoints>> Endpoints::make(net::HttpClient& http, const ChainConfig& config)
{
    const auto n = config.endpoints.size();
    if (n == 0)
        return fail(Errc::config_missing, "[[chain.endpoint]]: name at least one");
    if (n > kMaxEndpoints)
        return fail(Errc::config_value, "[[chain.endpoint]]: at most 16");
    std::set<std::string> labels;
    std::unique_ptr<Endpoints> made{new Endpoints};
    for (const auto& endpoint : config.endpoints)
    {
        if (endpoint.label.empty() || !labels.insert(endpoint.label).second)
            return fail(Errc::config_value, "chain.endpoint.label: every endpoint needs one of its own");
        auto one = std::make_unique<One>();
        one->endpoint = std::make_unique<Endpoint>(http, endpoint, config.rpc);
        made->all_.push_back(std::move(one));
    }
    made->chain_id_ = config.chain_id;
    DMID_TRY(made->set_quorum(config.quorum));
    return made;
}

Result<> Endpoints::set_quorum(unsigned quorum)
{
    const auto n = all_.size();
    const auto m = quorum == 0 ? static_cast<unsigned>(n / 2 + 1) : quorum;
    if (m > n || m * 2 <= n)
        return fail(Errc::config_value, fmt::format("chain.quorum: {} of {} is no majority", m, n));
    quorum_ = m;
    return {};
}

net::Task<Result<>> Endpoints::check_chain(std::size_t i) const
{
    auto& one = *all_[i];
    if (one.chain_checked)
        co_return Result<>{};
    auto answer = co_await one.endpoint->call("eth_chainId", json::array{});
    if (!answer)
        co_return tl::unexpected<Error>(std::move(answer).error());
    const auto found = codec::JsonItem{*answer, "eth_chainId"}.quantity();
    if (!found)
        co_return one.endpoint->blame(found.error());
    if (*found != chain_id_)
        co_return one.endpoint->failure(Errc::chain_wrong_chain,
                                        fmt::format("chain {} instead of {}", *found, chain_id_));
    one.chain_checked = true;
    co_return Result<>{};
}

net::Task<Result<RpcOutcome>> Endpoints::ask_any(RpcCall call) const
{
    std::optional<Error> first;
    for (std::size_t i = 0; i < all_.size(); ++i)
    {
        auto chain = co_await check_chain(i);
        if (!chain)
        {
            if (!first)
                first = std::move(chain).error();
            continue;
        }
        auto outcome = co_await all_[i]->endpoint->ask(call);
        if (outcome)
            co_return outcome;
        if (!first)
            first = std::move(outcome).error();
    }
    co_return tl::unexpected<Error>(*std::move(first));
}

net::Task<Result<json::value>> Endpoints::call_any(std::string method, json::array params) const
{
    RpcCall wanted{method, std::move(params)};
    auto outcome = co_await ask_any(std::move(wanted));
    if (!outcome)
        co_return tl::unexpected<Error>(std::move(outcome).error());
    if (is_refusal(outcome))
    {
        const auto& refusal = std::get<RpcRefusal>(*outcome);
        co_return fail(Errc::chain_rpc_error,
                       fmt::format("{}: {} ({})", method, refusal.message, refusal.code));
    }
    co_return std::get<json::value>(*std::move(outcome));
}
} // namespace dmid::chain
