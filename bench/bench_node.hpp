// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.hpp"
#include "crypto/secp256k1.hpp"
#include "frame.hpp"
#include "gateway/flow.hpp"
#include "gateway/views.hpp"
#include "net/http_server.hpp"
#include "policy/toml.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"

#include <filesystem>
#include <memory>

// A node in this process, with everything that a message meets on its way in.
namespace dmid::bench
{
inline constexpr std::string_view kPolicy = R"(
default = "request"
[[rule]]
who = ["wallet"]
do = "deliver"
via = ["email"]
[[rule]]
who = ["nostr"]
do = "deliver"
via = ["email"]
)";

template <class T> inline T need(Result<T> result)
{
    if (!result)
        die(to_string(result.error()));
    return std::move(*result);
}

inline model::Identity bench_identity()
{
    const auto registry = fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value();
    return {{31337, registry}, model::Number::from_value(8312345678901210).value(), 1};
}

inline chain::ChainConfig dead_chain()
{
    // A signed message needs no chain: nobody listens there, and nobody asks.
    chain::ChainConfig config;
    config.chain_id = 31337;
    config.endpoints.push_back({"nobody", "http://127.0.0.1:9", false});
    return config;
}

inline std::unique_ptr<store::Mailbox> open_mailbox(const std::filesystem::path& directory)
{
    store::lmdb::Options options;
    options.directory = directory;
    std::vector<std::unique_ptr<store::Fold>> folds;
    folds.push_back(gateway::make_inbox_fold());
    return need(store::lmdb::open_mailbox(options, Secret32{}, std::move(folds)));
}

inline gateway::InboxKey key_of(std::uint8_t fill)
{
    const Secret32 secret{Hash32::from(Bytes(32, fill)).value().bytes};
    return {crypto::xonly_of(secret).value(), secret};
}
inline gateway::InboxKey node_key()
{
    return key_of(7);
}
/// Of the number that the node serves.
inline gateway::InboxKey inbox_key()
{
    return key_of(8);
}

/// Where records are read, and how.
struct NodeChain
{
    chain::ChainConfig config = dead_chain();
    proof::RegistryRef registry{31337, bench_identity().network.registry, {}};
    resolve::ResolveOptions options;
};

/// What `dmid node` composes, without keys, channels and workers.
struct Node
{
    /// `threads` of the doors; 0: one per core.
    explicit Node(const std::filesystem::path& directory, std::size_t threads = 0,
                  const NodeChain& chain = {})
        : endpoints{need(chain::Endpoints::make(http, chain.config))}
        , resolver{*endpoints, chain.registry, clock, {}, chain.options}
        , mailbox{open_mailbox(directory)}
        , doors{threads}
    {
        gateway::Served number;
        number.identity = bench_identity();
        number.keys.push_back(inbox_key());
        number.document.inbox_key = inbox_key().key;
        auto compiled = need(policy::Compiled::make(need(policy::parse_toml(kPolicy)), number.identity));
        number.policy = gateway::InForce{{}, std::make_shared<const policy::Compiled>(std::move(compiled))};
        served.put(std::move(number));
        server = std::make_unique<net::HttpServer>(doors, [this](net::HttpRequest request)
                                                   { return api.handle_public(std::move(request)); });
        doors.start();
        port = need(server->listen_tcp("127.0.0.1", 0));
    }
    ~Node()
    {
        server->stop();
        doors.stop();
        doors.join();
        server.reset();
    }

    SystemClock clock;
    net::HttpClient http;
    std::unique_ptr<chain::Endpoints> endpoints;
    resolve::Resolver resolver;
    std::unique_ptr<store::Mailbox> mailbox;
    gateway::ServedNumbers served;
    gateway::TicketDoors tickets;
    gateway::Pins pins{*mailbox};
    gateway::Budget budget{1'000'000'000, 1'000'000'000};
    gateway::Bell bell;
    gateway::Alarms alarms;
    gateway::Health health;
    gateway::Bindings bindings{*mailbox};
    gateway::Channels channels;
    gateway::Context context{*mailbox, resolver, clock,    served,   tickets, pins,       budget,    bell,
                             alarms,   health,   bindings, channels, {},      node_key(), 64U << 20U};
    gateway::Flow flow{context};
    api::Api api{context, flow, {"bench", {}, {}, "rehearsal"}};
    net::IoPool doors;
    std::unique_ptr<net::HttpServer> server;
    std::uint16_t port = 0;
};
} // namespace dmid::bench
