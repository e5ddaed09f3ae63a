// SPDX-License-Identifier: Apache-2.0
// Accepting a message, from the HTTP request to the answer with the node's promise. Ours is a whole node in
// this process but its channels and workers: HTTP, JSON, proofs, door and policy, one durable append (group
// commits), the signed promise.
//
//   P5   a signed message / one secp256k1_ecdsa_recover of the same library
//   P6   a gift wrap, opened / two Schnorr verifications and two shared keys of the same library
//
// 64 keep-alive connections of one client thread, whose requests are made and signed before. What counts is
// the CPU of all threads but the client's, the kernel's part included. Rows below the goal tell where it
// goes. `--only signed|wrap` sends nothing but those and measures nothing: for tools/flame.
#include "allocations.hpp"
#include "bench_node.hpp"
#include "lmdb_floor.hpp"
#include "prepared_requests.hpp"
#include "prepared_wraps.hpp"
#include "wrap_floor.hpp"

#include <secp256k1_recovery.h>

#include <array>

namespace
{
using namespace dmid;
using bench::bench_identity;
using bench::need;
using bench::Node;
using bench::Row;

constexpr std::size_t kConnections = 64;
constexpr std::size_t kText = 200;
/// About what one accepted message takes in the log (bytes).
constexpr std::size_t kKept = 1024;

/// Of everybody but the client, per request.
struct Served
{
    double cpu = 0; ///< microseconds
    double allocations = 0;
};
Served serve(bench::Client& client, const std::vector<std::string>& requests, const std::string& status)
{
    const double all = bench::process_cpu();
    const double own = bench::thread_cpu();
    const auto before = bench::allocations();
    client.exchange(requests, status);
    const double others = (bench::process_cpu() - all) - (bench::thread_cpu() - own);
    const auto count = static_cast<double>(requests.size());
    return {others / count * 1e6, static_cast<double>(bench::allocations() - before) / count};
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
    bench::Samples open;
    bench::Samples wrap_floor;
    bench::Samples readings;
    bench::Samples http;
    bench::Samples promise;
    bench::Samples store;
    double accept_allocations = 0;
    double open_allocations = 0;
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

std::vector<std::string> requests_of(const std::vector<seal::Event>& wraps)
{
    std::vector<std::string> out;
    for (const auto& wrap : wraps)
        out.push_back(bench::http_request(wrap));
    return out;
}

Rounds run(const bench::Settings& settings, const std::filesystem::path& directory)
{
    Node node{directory};
    bench::PreparedRequests prepared{bench_identity(), kConnections, kText};
    bench::PreparedWraps wraps{bench::inbox_key().key, kConnections, kText};
    const Recovery recovery{prepared, node.clock.now()};
    const bench::WrapFloor floor{wraps.make(1, node.clock.now()).front(), bench::inbox_key().secret};
    bench::Client client{node.port, kConnections};
    const std::size_t count = kConnections * (settings.quick ? 2 : 32);
    const std::vector<std::string> health(count, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    // Connections are made, thread keys drawn, caches filled.
    client.exchange(prepared.make(kConnections, node.clock.now()), "202");
    client.exchange(requests_of(wraps.make(kConnections, node.clock.now())), "202");
    Rounds out;
    for (unsigned round = 0; round < settings.rounds; ++round)
    {
        const auto requests = prepared.make(count, node.clock.now());
        const auto accepted = serve(client, requests, "202");
        out.accept.push_back(accepted.cpu);
        out.accept_allocations = accepted.allocations;
        out.recover.push_back(recovery(settings.seconds));
        const auto wrapped = requests_of(wraps.make(count, node.clock.now()));
        const auto opened = serve(client, wrapped, "202");
        out.open.push_back(opened.cpu);
        out.open_allocations = opened.allocations;
        out.wrap_floor.push_back(floor(settings.seconds));
        out.readings.push_back(floor.all_readings(settings.seconds));
        out.http.push_back(serve(client, health, "200").cpu);
        out.promise.push_back(sign_promise(node, settings.seconds));
        out.store.push_back(bench::lmdb_floor(directory, kKept, kConnections, settings.seconds));
    }
    const auto view = need(gateway::InboxView::open(*node.mailbox));
    const auto all = 2 * (kConnections + count * settings.rounds);
    const auto listed = need(view.messages(gateway::mailbox_of(bench_identity()), 0, all + 1));
    bench::require(listed.size() == all, "every accepted message is in the mailbox");
    return out;
}

/// Load of one kind, for a profiler to watch.
void run_only(const std::string& kind, const bench::Settings& settings,
              const std::filesystem::path& directory)
{
    const Node node{directory};
    bench::PreparedRequests prepared{bench_identity(), kConnections, kText};
    bench::PreparedWraps wraps{bench::inbox_key().key, kConnections, kText};
    bench::Client client{node.port, kConnections};
    constexpr std::size_t kCount = kConnections * 64;
    for (unsigned round = 0; round < settings.rounds; ++round)
        if (kind == "signed")
            client.exchange(prepared.make(kCount, node.clock.now()), "202");
        else
            client.exchange(requests_of(wraps.make(kCount, node.clock.now())), "202");
}
} // namespace

int main(int argc, char** argv)
{
    bench::not_this_thread();
    std::string only;
    std::filesystem::path where = std::filesystem::temp_directory_path();
    const auto settings = bench::parse(argc, argv,
                                       [&](const std::string& key, const std::string& value)
                                       {
                                           if (key == "--dir")
                                               where = value;
                                           else if (key == "--only" && (value == "signed" || value == "wrap"))
                                               only = value;
                                           else
                                               bench::die("unknown option " + key + " " + value);
                                       });
    auto pattern = (where / "dmid-accept-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        bench::die("no directory in " + where.string());
    if (!only.empty())
    {
        run_only(only, settings, pattern);
        std::filesystem::remove_all(pattern);
        return 0;
    }
    const auto rounds = run(settings, pattern);
    std::filesystem::remove_all(pattern);

    const auto row = [&](const char* what, const bench::Samples& ours, double wanted)
    {
        Row out{.goal = "P5", .what = what, .floor = "one ecdsa_recover", .unit = "us CPU", .wanted = wanted};
        bench::fill(out, ours, rounds.recover);
        return out;
    };
    auto accept = row("accept a signed message, HTTP to durable", rounds.accept, 1.8);
    // What no node can leave out that answers over HTTP with a promise and keeps its word in LMDB.
    const auto least = [&rounds](const bench::Samples& curve)
    {
        return bench::median(curve) + bench::median(rounds.http) + bench::median(rounds.promise) +
               bench::median(rounds.store);
    };
    const double least_wrap = least(rounds.wrap_floor) + bench::median(rounds.readings);
    const auto note_of = [](const char* with, double ratio)
    {
        std::array<char, 160> note{};
        std::snprintf(
            note.data(), note.size(),
            "with %san HTTP request, the promise's signature and LMDB's cheapest write alone it is %.2f",
            with, ratio);
        return std::string{note.data()};
    };
    accept.note = note_of("", least(rounds.recover) / bench::median(rounds.recover));
    Row open{.goal = "P6",
             .what = "accept and open a gift wrap, HTTP to durable",
             .floor = "2 Schnorr verifications, 2 (parse and ECDH)",
             .unit = "us CPU",
             .wanted = 1.35};
    bench::fill(open, rounds.open, rounds.wrap_floor);
    open.note = note_of("its three events read, ", least_wrap / bench::median(rounds.wrap_floor));
    Row bound{.goal = "P6",
              .what = open.what,
              .floor = "the same, 3 events read, HTTP, the promise, LMDB's cheapest write",
              .unit = "us CPU",
              .ours = open.ours,
              .reference = least_wrap,
              .ratio = open.ours / least_wrap};
    const auto counted = [](const char* what, double count)
    {
        return Row{.goal = "P5",
                   .what = what,
                   .unit = "each",
                   .ours = count,
                   .ratio = count,
                   .note = "of C++ alone; the HTTP connection's included"};
    };
    bench::report(
        settings,
        {accept, open, bound, counted("of P5: allocations of memory", rounds.accept_allocations),
         counted("of P6: allocations of memory", rounds.open_allocations),
         row("of P6: reading, hashing and decrypting three events, by libraries", rounds.readings, 0),
         row("of it: an HTTP request with a JSON answer", rounds.http, 0),
         row("of it: the signature of the promise", rounds.promise, 0),
         row("of it: LMDB's cheapest write, 64 in a transaction", rounds.store, 0)});
}
