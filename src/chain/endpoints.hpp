// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace dmid::chain
{
/// anvil's chain id: the local chain, where the payer is funded by itself.
inline constexpr std::uint64_t kLocalChain = 31337;

struct ChainConfig
{
    std::uint64_t chain_id = 0;
    std::vector<EndpointConfig> endpoints; ///< in order of preference
    unsigned quorum = 0;                   ///< m of the n endpoints; 0 means the smallest majority
    RpcOptions rpc;
};

/// The endpoints of one chain. Thread-safe; it must outlive its calls.
class Endpoints
{
public:
    /// config.missing without an endpoint; config.value for a quorum that is no majority, an endpoint without
    /// a label, two of one label, or more than 16.
    static Result<std::unique_ptr<Endpoints>> make(net::HttpClient& http, const ChainConfig& config);

    std::uint64_t chain_id() const noexcept { return chain_id_; }
    unsigned quorum() const noexcept { return quorum_; }
    /// Another m, 0 for the smallest majority; config.value where it is none, and then nothing changes.
    /// Reads that are under way go on with the old one.
    Result<> set_quorum(unsigned quorum);
    std::size_t size() const noexcept { return all_.size(); }
    Endpoint& at(std::size_t i) const { return *all_[i]->endpoint; }

    /// Asks the endpoint for its chain id, once; chain.wrong-chain names both.
    net::Task<Result<>> check_chain(std::size_t i) const;

    /// The first endpoint's answer, in order, that is no failure of the endpoint itself. A refusal counts as
    /// an answer. Where all fail, the first one's error. For reads whose lies are harmless or caught later.
    net::Task<Result<RpcOutcome>> ask_any(RpcCall call) const;
    /// The same; a refusal is chain.rpc-error.
    net::Task<Result<json::value>> call_any(std::string method, json::array params) const;

private:
    struct One
    {
        std::unique_ptr<Endpoint> endpoint;
        std::atomic<bool> chain_checked = false;
    };
    Endpoints() = default;

    std::uint64_t chain_id_ = 0;
    std::atomic<unsigned> quorum_ = 1;
    std::vector<std::unique_ptr<One>> all_;
};
} // namespace dmid::chain
