// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "net/http_client.hpp"

#include <boost/json.hpp>

#include <atomic>
#include <string>
#include <variant>
#include <vector>

namespace dmid::chain
{
namespace json = boost::json;

/// One JSON-RPC endpoint of the configuration. The URL often holds an API key: it appears in no error and no
/// log; people see the label.
struct EndpointConfig
{
    std::string label;
    std::string url;
    /// Declared by the operator: it verifies what it serves (Helios, Lodestar prover). Makes tier 3.
    bool verifying_proxy = false;
    /// ws:// or wss://, where the endpoint announces new heads (eth_subscribe); empty: none.
    std::string ws_url = {};
};

struct RpcOptions
{
    net::Millis deadline{10'000};        ///< for one attempt, whole exchange
    unsigned attempts = 3;               ///< on connection faults, HTTP 429 and 5xx; never on a clear answer
    net::Millis backoff{250};            ///< before the second attempt; doubles with each
    std::size_t max_answer = 16U << 20U; ///< bytes; design: "RPC answer 16 MiB"
};

struct RpcCall
{
    std::string method;
    json::array params;
};

/// The endpoint's own `error` object: it understood and refuses.
struct RpcRefusal
{
    std::int64_t code = 0;
    std::string message; ///< the endpoint's words, printable, at most 200 bytes
    Bytes data;          ///< revert data, where the error carries some
};

/// `result` or `error` of one call.
using RpcOutcome = std::variant<json::value, RpcRefusal>;

/// A JSON-RPC 2.0 client for one endpoint over HTTP POST. Everything that comes back is hostile: limits of
/// size, depth (32) and time; version and id are checked here, the types of results by codec::JsonItem.
/// Errors name the label: chain.endpoint-unreachable, chain.timeout, chain.answer-too-large,
/// chain.bad-answer. Thread-safe; it must outlive its calls.
class Endpoint
{
public:
    Endpoint(net::HttpClient& http, EndpointConfig config, RpcOptions options = {});

    const std::string& label() const noexcept { return config_.label; }
    bool verifying_proxy() const noexcept { return config_.verifying_proxy; }

    /// One call; a refusal is an outcome, since the caller may want its revert data.
    net::Task<Result<RpcOutcome>> ask(RpcCall call);
    /// One call; a refusal is chain.rpc-error with the endpoint's words.
    net::Task<Result<json::value>> call(std::string method, json::array params);
    /// Several calls in one exchange; outcomes in the order of the calls, whatever order the answer had.
    net::Task<Result<std::vector<RpcOutcome>>> batch(std::vector<RpcCall> calls);

    /// An error of this endpoint: the label, then the words.
    tl::unexpected<Error> failure(Errc code, std::string_view words) const;
    /// The same error with this endpoint's label in front; codec.* becomes chain.bad-answer.
    tl::unexpected<Error> blame(const Error& error) const;

private:
    net::Task<Result<json::value>> exchange(std::string body);
    net::Task<Result<std::string>> post(std::string body);

    net::HttpClient& http_;
    EndpointConfig config_;
    RpcOptions options_;
    std::atomic<std::uint64_t> next_id_ = 1;
};
} // namespace dmid::chain
