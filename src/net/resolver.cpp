// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.hpp"
#include "net/dns.hpp"
#include "net/dns_rdata.hpp"
#include "net/hosts_file.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <fstream>
#include <mutex>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;

namespace
{
using Addresses = std::vector<asio::ip::address>;

/// As many as are dialled: each gets a share of the time.
constexpr std::size_t kMostDialled = 32;

void keep_addresses(Addresses& out, const DnsAnswer& answer)
{
    boost::system::error_code error;
    for (const auto& record : answer.records)
        if (auto address = asio::ip::make_address(record, error); !error && out.size() < kMostDialled)
            out.push_back(std::move(address));
}

Result<Addresses> addresses_of(const std::string& host, const DnsAnswer& v4, const DnsAnswer& v6)
{
    Addresses out;
    for (const auto* answer : {&v4, &v6})
    {
        // Somebody forges what this zone says: the other half of it is not believed either.
        if (answer->security == DnsSecurity::bogus)
            return fail(Errc::net_unreachable, host + ": DNSSEC: " + answer->words);
        keep_addresses(out, *answer);
    }
    if (!out.empty())
        return out;
    for (const auto* answer : {&v4, &v6})
        if (answer->status == DnsStatus::failed)
            return fail(Errc::net_unreachable, host + ": " + answer->words);
    const bool exists = v4.status == DnsStatus::no_data || v6.status == DnsStatus::no_data;
    return fail(Errc::net_unreachable, host + (exists ? ": no address" : ": no such name"));
}

/// IPv4 first: where IPv6 is broken, it often fails only by its time running out.
Task<Result<Addresses>> resolve(std::shared_ptr<Dns> dns, std::string hosts_file, std::string host,
                                Deadline deadline)
{
    using namespace asio::experimental::awaitable_operators;
    auto name = dns_name(host);
    if (!name)
        co_return fail(Errc::net_unreachable, "not a name that DNS could know");
    std::ifstream hosts{hosts_file};
    if (auto known = addresses_in_hosts(hosts, *name); !known.empty())
        co_return known;
    // Half of the time is for connecting: one half of an answer may be all that comes.
    const auto now = std::chrono::steady_clock::now();
    const auto until = deadline > now ? now + (deadline - now) / 2 : deadline;
    auto v4 = dns->look_up(*name, DnsType::a, until);
    auto v6 = dns->look_up(*name, DnsType::aaaa, until);
    auto both = co_await (std::move(v4) && std::move(v6));
    auto result = addresses_of(*name, std::get<0>(both), std::get<1>(both));
    if (!result && std::chrono::steady_clock::now() >= until)
        co_return fail(Errc::net_timeout, "looking up the name");
    co_return result;
}

/// Made at the first name that needs it, ended with the process.
Result<std::shared_ptr<Dns>> process_dns()
{
    static const auto dns = make_dns({});
    return dns;
}
} // namespace

Resolver dns_resolver(std::shared_ptr<Dns> dns, std::string hosts_file)
{
    return [dns = std::move(dns), hosts_file = std::move(hosts_file)](std::string host, Deadline deadline)
    { return resolve(dns, hosts_file, std::move(host), deadline); };
}

namespace
{
Task<Result<Addresses>> resolve_by_default(std::string host, Deadline deadline)
{
    DMID_CO_TRY(auto dns, process_dns());
    co_return co_await resolve(std::move(dns), kHostsFile, std::move(host), deadline);
}
} // namespace

Resolver system_resolver()
{
    return &resolve_by_default;
}
} // namespace dmid::net
