// SPDX-License-Identifier: Apache-2.0
// P5: accepting a signed message, from the HTTP request to the answer with the node's promise.
//
//   ours    a whole node in this process but its channels and workers: HTTP, JSON, EIP-712, recovery of the
//           signer, door and policy, one durable append (group commits), the signed promise
//   floor   one secp256k1_ecdsa_recover of the same library
//
// 64 keep-alive connections of one client thread, whose requests are made and signed before. What counts is
// the CPU of all threads but the client's, the kernel's part included. Rows below the goal tell where it
// goes.
#include "api/api.hpp"
#include "crypto/secp256k1.hpp"
#include "frame.hpp"
#include "gateway/flow.hpp"
#include "gateway/views.hpp"
#include "net/http_server.hpp"
#include "policy/toml.hpp"
#include "prepared_requests.hpp"
#include "store/lmdb/lmdb_mailbox.hpp"

#include <secp256k1_recovery.h>

#include <array>
#include <filesystem>
#include <memory>

namespace
{
using namespace dmid;
using bench::Row;

constexpr std::size_t kConnections = 64;
constexpr std::size_t kText = 200;
constexpr std::string_view kPolicy = R"(
default = "request"
[[rule]]
who = ["wallet"]
do = "deliver"
via = ["email"]
)";

template <class T> T need(Result<T> result)
{
    if (!result)
        bench::die(to_string(result.error()));
    return std::move(*result);
}

model::Identity bench_identity()
{
    const auto registry = fixed_from_hex<Address>("5fbdb2315678afecb367f032d93f642f64180aa3").value();
    return {{31337, registry}, model::Number::from_value(8312345678901210).value(), 1};
}

chain::ChainConfig dead_chain()
{
    // A signed message needs no chain: nobody listens there, and nobody asks.
    chain::ChainConfig config;
    config.chain_id = 31337;
    config.endpoints.push_back({"nobody", "http://127.0.0.1:9", false});
    return config;
}

std::unique_ptr<store::Mailbox> open_mailbox(const std::filesystem::path& directory)
{
    store::lmdb::Options options;
    options.directory = directory;
    std::vector<std::unique_ptr<store::Fold>> folds;
    folds.push_back(gateway::make_inbox_fold());
    return need(store::lmdb::open_mailbox(options, Secret32{}, std::move(folds)));
}

gateway::InboxKey node_key()
{
    const Secret32 secret{Hash32::from(Bytes(32, 7)).value().bytes};
    return {crypto::xonly_of(secret).value(), secret};
}

/// What `dmid node` composes, without keys, channels and workers.
struct Node
{
    explicit Node(const std::filesystem::path& directory)
        : mailbox{open_mailbox(directory)}
    {
        gateway::Served number;
        number.identity = bench_identity();
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
    std::unique_ptr<chain::Endpoints> endpoints = need(chain::Endpoints::make(http, dead_chain()));
    resolve::Resolver resolver{*endpoints, {31337, bench_identity().network.registry, {}}, clock};
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

/// CPU microseconds of everybody but the client, per request.
double serve(bench::Client& client, const std::vector<std::string>& requests, const std::string& status)
{
    const double all = bench::process_cpu();
    const double own = bench::thread_cpu();
    client.exchange(requests, status);
    const double others = (bench::process_cpu() - all) - (bench::thread_cpu() - own);
    return others / static_cast<double>(requests.size()) * 1e6;
}

/// The floor: recovery alone, for one message whose signer is known.
class Recovery
{
public:
    Recovery(const bench::PreparedRequests& from, UnixTime now)
    {
        const auto message = from.message(0, 0, now);
        digest_ = seal::signed_text_digest(message).value();
        bench::require(crypto::recover(digest_, message.signature).value() == from.address(0), "the signer");
        const int id = message.signature.bytes[64] - 27;
        bench::require(secp256k1_ecdsa_recoverable_signature_parse_compact(context_.get(), &signature_,
                                                                           message.signature.data(), id) == 1,
                       "the signature");
    }
    double operator()(double seconds) const
    {
        return bench::cpu_per_call(
            [this]
            {
                secp256k1_pubkey key;
                bench::require(secp256k1_ecdsa_recover(context_.get(), &key, &signature_, digest_.data()) ==
                                   1,
                               "recovery");
                bench::do_not_optimize(key);
            },
            seconds);
    }

private:
    std::unique_ptr<secp256k1_context, void (*)(secp256k1_context*)> context_{
        secp256k1_context_create(SECP256K1_CONTEXT_NONE), secp256k1_context_destroy};
    secp256k1_ecdsa_recoverable_signature signature_{};
    Hash32 digest_;
};

struct Rounds
{
    bench::Samples accept;
    bench::Samples recover;
    bench::Samples http;
    bench::Samples promise;
};

double sign_promise(const Node& node, double seconds)
{
    return bench::cpu_per_call(
        [&]
        {
            auto signature = node.context.signer->sign(Hash32{node.context.node_key.key.bytes}, Hash32{});
            bench::do_not_optimize(signature);
        },
        seconds);
}

Rounds run(const bench::Settings& settings, const std::filesystem::path& directory)
{
    Node node{directory};
    bench::PreparedRequests prepared{bench_identity(), kConnections, kText};
    const Recovery recovery{prepared, node.clock.now()};
    bench::Client client{node.port, kConnections};
    const std::size_t count = kConnections * (settings.quick ? 2 : 32);
    const std::vector<std::string> health(count, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    // Connections are made, thread keys drawn, caches filled.
    client.exchange(prepared.make(kConnections, node.clock.now()), "202");
    Rounds out;
    for (unsigned round = 0; round < settings.rounds; ++round)
    {
        const auto requests = prepared.make(count, node.clock.now());
        out.accept.push_back(serve(client, requests, "202"));
        out.recover.push_back(recovery(settings.seconds));
        out.http.push_back(serve(client, health, "200"));
        out.promise.push_back(sign_promise(node, settings.seconds));
    }
    const auto view = need(gateway::InboxView::open(*node.mailbox));
    const auto all = kConnections + count * settings.rounds;
    const auto listed = need(view.messages(gateway::mailbox_of(bench_identity()), 0, all + 1));
    bench::require(listed.size() == all, "every accepted message is in the mailbox");
    return out;
}
} // namespace

int main(int argc, char** argv)
{
    std::filesystem::path where = std::filesystem::temp_directory_path();
    const auto settings = bench::parse(argc, argv,
                                       [&](const std::string& key, const std::string& value)
                                       {
                                           if (key != "--dir")
                                               bench::die("unknown option " + key);
                                           where = value;
                                       });
    auto pattern = (where / "dmid-accept-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        bench::die("no directory in " + where.string());
    const auto rounds = run(settings, pattern);
    std::filesystem::remove_all(pattern);

    const auto row = [&](const char* what, const bench::Samples& ours, double wanted)
    {
        Row out{.goal = "P5", .what = what, .floor = "one ecdsa_recover", .unit = "us CPU", .wanted = wanted};
        bench::fill(out, ours, rounds.recover);
        return out;
    };
    auto accept = row("accept a signed message, HTTP to durable", rounds.accept, 1.8);
    std::array<char, 128> note{};
    std::snprintf(
        note.data(), note.size(),
        "recovery, the promise's signature and an HTTP request alone are %.2f; the rest is the append",
        1 + (bench::median(rounds.http) + bench::median(rounds.promise)) / bench::median(rounds.recover));
    accept.note = note.data();
    bench::report(settings, {accept, row("of it: an HTTP request with a JSON answer", rounds.http, 0),
                             row("of it: the signature of the promise", rounds.promise, 0)});
}
