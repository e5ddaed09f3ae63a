// SPDX-License-Identifier: Apache-2.0
// The resolver without a node behind, for name servers that this project did not write. Arguments: the trust
// anchor file (or none), then servers. A line `id type name milliseconds` is one lookup, many may run at
// once; the answer is one line of JSON with that id:
//   {"id":"1","status":"found","security":"secure","records":[hex, …],"ttl":60,"words":"","ms":3}
// Type `host` asks what the dialer would: records are addresses.
#include "codec/json.hpp"
#include "net/dialer.hpp"
#include "net/dns.hpp"
#include "net/io_pool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <iostream>
#include <map>
#include <mutex>
#include <sstream>

namespace
{
using namespace dmid;
namespace json = boost::json;

std::mutex output;
void say(const json::object& line)
{
    const std::lock_guard lock{output};
    std::cout << codec::serialise_json(line) << std::endl;
}

std::int64_t ms_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration_cast<net::Millis>(std::chrono::steady_clock::now() - start).count();
}

net::Task<> look_up(std::shared_ptr<net::Dns> dns, std::string id, std::string name, net::DnsType type,
                    net::Millis limit)
{
    static constexpr const char* kStatus[] = {"found", "no-data", "no-domain", "failed"};
    static constexpr const char* kSecurity[] = {"insecure", "secure", "bogus"};
    const auto start = std::chrono::steady_clock::now();
    const auto answer = co_await dns->look_up(std::move(name), type, net::deadline_in(limit));
    json::array records;
    for (const auto& record : answer.records)
        records.emplace_back(to_hex(as_bytes(record)));
    say({{"id", id},
         {"status", kStatus[static_cast<int>(answer.status)]},
         {"security", kSecurity[static_cast<int>(answer.security)]},
         {"records", std::move(records)},
         {"ttl", answer.ttl},
         {"words", answer.words},
         {"ms", ms_since(start)}});
}

net::Task<> resolve(net::Resolver resolver, std::string id, std::string name, net::Millis limit)
{
    const auto start = std::chrono::steady_clock::now();
    const auto addresses = co_await resolver(std::move(name), net::deadline_in(limit));
    json::array records;
    if (addresses)
        for (const auto& address : *addresses)
            records.emplace_back(to_hex(as_bytes(address.to_string())));
    say({{"id", id},
         {"status", addresses ? "found" : "failed"},
         {"records", std::move(records)},
         {"words", addresses ? "" : to_string(addresses.error())},
         {"ms", ms_since(start)}});
}
} // namespace

int main(int argc, char** argv)
{
    static const std::map<std::string, net::DnsType> kTypes{{"a", net::DnsType::a},
                                                            {"aaaa", net::DnsType::aaaa},
                                                            {"mx", net::DnsType::mx},
                                                            {"ptr", net::DnsType::ptr},
                                                            {"txt", net::DnsType::txt}};
    net::DnsOptions options;
    if (argc > 1)
        options.trust_anchor_file = argv[1];
    for (int i = 2; i < argc; ++i)
        options.servers.emplace_back(argv[i]);
    const auto dns = net::make_dns(options);
    if (!dns)
    {
        say({{"error", to_string(dns.error())}});
        return 2;
    }
    net::IoPool pool{2};
    pool.start();
    for (std::string line; std::getline(std::cin, line);)
    {
        std::istringstream words{line};
        std::string id;
        std::string type;
        std::string name;
        std::int64_t ms = 0;
        words >> id >> type >> name >> ms;
        if (type == "host")
            net::spawn(pool.next(), resolve(net::dns_resolver(*dns), id, name, net::Millis{ms}));
        else
            net::spawn(pool.next(), look_up(*dns, id, name, kTypes.at(type), net::Millis{ms}));
    }
    // Whatever is still asked is left behind: the end of the process waits for no name server.
    pool.stop();
    pool.join();
    return 0;
}
