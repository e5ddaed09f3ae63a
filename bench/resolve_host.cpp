// SPDX-License-Identifier: Apache-2.0
// The client of P1 and the server of P2 (bench/resolve_bench.mjs): a node in this process, whose resolver
// has read one number from a real chain and answers from memory. It says its port first; then a line in, a
// line out:
//   load PORT N PATH   gets PATH N times over 64 keep-alive connections to 127.0.0.1:PORT; microseconds of
//                      CPU of all threads of this process but the client's, per request
// /v1/resolve/NUMBER is the node's own call. /record/NUMBER and /proof/NUMBER verify before they answer: the
// record's words and document under the registry's account, which is verified once per block in the node too;
// or all of it, account and code included.
// Arguments: the chain's URL, its id, the registry, its code hash, the number, a folder.
#include "bench_node.hpp"
#include "net/run_blocking.hpp"
#include "prepared_requests.hpp"

#include <iostream>
#include <sstream>

namespace
{
using namespace dmid;
using bench::need;

constexpr std::size_t kConnections = 64;

class Verifying
{
public:
    Verifying(bench::Node& node, proof::RegistryRef ref, resolve::Resolution read)
        : node_{node}
        , ref_{ref}
        , read_{std::move(read)}
        , account_{need(proof::verify_registry(read_.record.block(), ref_, read_.bundle.account))}
    {
    }
    net::Task<net::HttpResponse> handle(net::HttpRequest request)
    {
        static constexpr std::string_view kRecord = "/record/";
        static constexpr std::string_view kProof = "/proof/";
        const auto& bundle = read_.bundle;
        std::string number;
        if (request.path.starts_with(kRecord))
        {
            number = request.path.substr(kRecord.size());
            check(proof::verify_record(account_, bundle.number, bundle.storage, bundle.document));
        }
        else if (request.path.starts_with(kProof))
        {
            number = request.path.substr(kProof.size());
            check(proof::verify(read_.record.block(), ref_, bundle.number, bundle));
        }
        if (!number.empty())
            request.path = "/v1/resolve/" + number;
        co_return co_await node_.api.handle_public(std::move(request));
    }

private:
    void check(const Result<proof::Verified>& verified) const
    {
        const auto record = proof::present(need(verified));
        bench::require(record && record->fields() == read_.record.fields(), "the proven record");
    }
    bench::Node& node_;
    proof::RegistryRef ref_;
    resolve::Resolution read_;
    proof::VerifiedRegistry account_;
};

net::Task<Result<resolve::Resolution>> resolving(resolve::Resolver& resolver, model::Number number)
{
    co_return co_await resolver.resolve(number);
}

double load(const std::string& line)
{
    std::istringstream words{line};
    std::string op;
    std::uint16_t port = 0;
    std::size_t count = 0;
    std::string path;
    words >> op >> port >> count >> path;
    if (op != "load" || path.empty())
        bench::die("what is " + line + "?");
    bench::Client client{port, kConnections};
    const std::vector<std::string> requests(count, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    client.exchange({requests.begin(), requests.begin() + kConnections}, "200");
    const double all = bench::process_cpu();
    const double own = bench::thread_cpu();
    client.exchange(requests, "200");
    const double others = (bench::process_cpu() - all) - (bench::thread_cpu() - own);
    return others / static_cast<double>(count) * 1e6;
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 7)
        bench::die("usage: resolve_host URL CHAIN-ID REGISTRY CODE-HASH NUMBER FOLDER");
    bench::NodeChain chain;
    chain.registry.chain_id = std::strtoull(argv[2], nullptr, 10);
    chain.registry.registry = need(fixed_from_hex<Address>(argv[3]));
    chain.registry.code_hash = need(fixed_from_hex<Hash32>(argv[4]));
    chain.config.chain_id = chain.registry.chain_id;
    chain.config.endpoints = {{"chain", argv[1], false}};
    // One block for the whole run: what is measured is the answer, not the reading.
    chain.options.agreement_for = std::chrono::hours{24};
    bench::Node node{argv[6], 0, chain};
    const auto number = need(model::Number::parse(argv[5]));
    auto read = need(net::run_blocking(resolving(node.resolver, number)));
    Verifying verifying{node, chain.registry, std::move(read)};
    auto server = std::make_unique<net::HttpServer>(node.doors, [&verifying](net::HttpRequest request)
                                                    { return verifying.handle(std::move(request)); });
    std::cout << need(server->listen_tcp("127.0.0.1", 0)) << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << load(line) << std::endl;
    server->stop();
    node.doors.stop();
    node.doors.join();
    server.reset();
}
