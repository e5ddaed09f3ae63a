// SPDX-License-Identifier: Apache-2.0
// What needs no name server but a silent one; answers of a real one: tests/integration/dns.test.mjs.
#include "net/address_guard.hpp"
#include "net/dialer.hpp"
#include "net/dns.hpp"
#include "net/io_pool.hpp"
#include "net/run_blocking.hpp"
#include "net/with_deadline.hpp"

#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace dmid::net
{
namespace
{
/// Takes every question and answers none.
class SilentServer
{
public:
    std::string address() const { return "127.0.0.1@" + std::to_string(socket_.local_endpoint().port()); }

private:
    boost::asio::io_context context_;
    boost::asio::ip::udp::socket socket_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
};

std::shared_ptr<Dns> dns_at(const std::string& server)
{
    DnsOptions options;
    options.servers = {server};
    options.trust_anchor_file = "none";
    return make_dns(options).value();
}

Task<Result<DnsAnswer>> ask(std::shared_ptr<Dns> dns, std::string name, DnsType type, Deadline deadline)
{
    co_return co_await dns->look_up(std::move(name), type, deadline);
}

Errc refused(DnsOptions options)
{
    const auto dns = make_dns(options);
    return dns ? Errc::internal_bug : dns.error().code;
}

class AnchorFile
{
public:
    explicit AnchorFile(const std::string& text) { std::ofstream{path_} << text; }
    ~AnchorFile() { std::filesystem::remove(path_); }
    AnchorFile(const AnchorFile&) = delete;
    AnchorFile& operator=(const AnchorFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_ = ::testing::TempDir() + "anchor-" + std::to_string(::getpid());
};

TEST(Dns, RefusesServersThatAreNoAddress)
{
    for (const auto* server :
         {"nonsense", "", "127.0.0.1@", "127.0.0.1@0", "127.0.0.1@99999", "127.0.0.1@5x", "127.0.0.1:53"})
    {
        DnsOptions options;
        options.servers = {server};
        EXPECT_EQ(refused(options), Errc::config_value) << server;
    }
}

TEST(Dns, RefusesAnAnchorThatWouldTrustNothing)
{
    const AnchorFile empty{"; no record\n\n"};
    const AnchorFile garbage{"this is no DS record\n"};
    for (const auto& path : {std::string{"/nowhere/root.key"}, std::string{"/"}, empty.path()})
    {
        DnsOptions options;
        options.trust_anchor_file = path;
        EXPECT_EQ(refused(options), Errc::config_unreadable) << path;
    }
}

TEST(Dns, RefusesAnAnchorThatIsNone)
{
    const AnchorFile garbage{"this is no DS record\n"};
    DnsOptions options;
    options.trust_anchor_file = garbage.path();
    EXPECT_EQ(refused(options), Errc::config_unreadable);
}

TEST(Dns, AsksNobodyForWhatIsNoName)
{
    const SilentServer server;
    const auto dns = dns_at(server.address());
    const auto answer = run_blocking(ask(dns, "not a name", DnsType::txt, deadline_in(Millis{60'000})));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, DnsStatus::no_domain);
}

TEST(Dns, ASilentServerCostsNoMoreThanTheDeadline)
{
    const SilentServer server;
    const auto dns = dns_at(server.address());
    const auto answer = run_blocking(ask(dns, "example.test", DnsType::a, deadline_in(Millis{50})));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, DnsStatus::failed);
    EXPECT_EQ(answer->words, "no answer in time");
}

TEST(Dns, ALookupThatIsCancelledLeavesAtOnce)
{
    const SilentServer server;
    const auto dns = dns_at(server.address());
    auto task = ask(dns, "example.test", DnsType::a, deadline_in(std::chrono::hours{1}));
    const auto answer = run_blocking(with_deadline(std::move(task), Millis{50}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::net_timeout);
}

Task<> ask_for_ever(std::shared_ptr<Dns> dns, std::string name)
{
    co_await dns->look_up(std::move(name), DnsType::txt, deadline_in(std::chrono::hours{1}));
}

TEST(Dns, AContextMayEndWhileItsLookupsWait)
{
    const SilentServer server;
    const auto dns = dns_at(server.address());
    IoPool pool{2};
    for (int i = 0; i < 20; ++i)
        spawn(pool.next(), ask_for_ever(dns, std::to_string(i) + ".example.test"));
    pool.start();
    run_blocking(ask(dns, "example.test", DnsType::a, deadline_in(Millis{50})));
    pool.stop();
}

TEST(Dns, TheResolverMayEndWhileLookupsWait)
{
    const SilentServer server;
    auto dns = dns_at(server.address());
    IoPool pool{1};
    std::promise<DnsAnswer> promise;
    auto waiting = [](std::shared_ptr<Dns> asked, std::promise<DnsAnswer>& told) -> Task<>
    {
        auto lookup = asked->look_up("example.test", DnsType::a, deadline_in(Millis{200}));
        asked.reset();
        told.set_value(co_await std::move(lookup));
    };
    spawn(pool.executor(0), waiting(std::move(dns), promise));
    dns.reset();
    pool.start();
    EXPECT_EQ(promise.get_future().get().status, DnsStatus::failed);
}

Task<> count_refusals(std::shared_ptr<Dns> dns, std::string name, std::shared_ptr<std::atomic<int>> refused)
{
    const auto answer =
        co_await dns->look_up(std::move(name), DnsType::a, deadline_in(std::chrono::hours{1}));
    if (answer.words == "too many lookups at once")
        ++*refused;
}

TEST(Dns, LookupsBeyondTheLimitFailAtOnce)
{
    const SilentServer server;
    const auto dns = dns_at(server.address());
    const auto refused = std::make_shared<std::atomic<int>>(0);
    IoPool pool{2};
    for (std::size_t i = 0; i < kMaxDnsLookups + 10; ++i)
        spawn(pool.next(), count_refusals(dns, std::to_string(i) + ".example.test", refused));
    pool.start();
    while (*refused < 10)
        std::this_thread::yield();
    pool.stop();
    pool.join();
    EXPECT_EQ(*refused, 10);
}

Result<std::vector<boost::asio::ip::address>> resolve(const Resolver& resolver, std::string host)
{
    return run_blocking(resolver(std::move(host), deadline_in(Millis{400})));
}

TEST(DnsResolver, KnowsTheNamesOfTheHostsFileWithoutAsking)
{
    const SilentServer server;
    const auto resolver = dns_resolver(dns_at(server.address()));
    const auto local = resolve(resolver, "LocalHost.");
    ASSERT_TRUE(local) << to_string(local.error());
    for (const auto& address : *local)
        EXPECT_EQ(classify(address), AddressClass::loopback);
}

TEST(DnsResolver, TellsTimeoutFromAnswer)
{
    const SilentServer server;
    const auto resolver = dns_resolver(dns_at(server.address()));
    EXPECT_EQ(resolve(resolver, "example.test").error().code, Errc::net_timeout);
    EXPECT_EQ(resolve(resolver, "nobody.invalid").error().code, Errc::net_unreachable);
    EXPECT_EQ(resolve(resolver, "no name").error().code, Errc::net_unreachable);
}

/// Answers as scripted.
class ScriptedDns final : public Dns
{
public:
    DnsAnswer v4;
    DnsAnswer v6;
    Task<DnsAnswer> look_up(std::string, DnsType type, Deadline) override
    {
        co_return type == DnsType::a ? v4 : v6;
    }
};

DnsAnswer found(std::vector<std::string> records)
{
    DnsAnswer answer;
    answer.status = DnsStatus::found;
    answer.records = std::move(records);
    return answer;
}

std::string resolved(DnsAnswer v4, DnsAnswer v6)
{
    const auto dns = std::make_shared<ScriptedDns>();
    dns->v4 = std::move(v4);
    dns->v6 = std::move(v6);
    const auto addresses = resolve(dns_resolver(dns, "/nowhere"), "example.test");
    if (!addresses)
        return to_string(addresses.error());
    std::string out;
    for (const auto& address : *addresses)
        out += address.to_string() + " ";
    return out;
}

TEST(DnsResolver, GivesBothFamiliesAndDoesWithOne)
{
    DnsAnswer nothing;
    nothing.status = DnsStatus::no_data;
    DnsAnswer broken;
    broken.words = "the name servers failed";
    EXPECT_EQ(resolved(found({"192.0.2.1"}), found({"2001:db8::1"})), "192.0.2.1 2001:db8::1 ");
    EXPECT_EQ(resolved(nothing, found({"2001:db8::1"})), "2001:db8::1 ");
    EXPECT_EQ(resolved(found({"192.0.2.1"}), broken), "192.0.2.1 ");
    EXPECT_NE(resolved(nothing, broken).find("the name servers failed"), std::string::npos);
    EXPECT_NE(resolved(nothing, nothing).find("no address"), std::string::npos);
}

TEST(DnsResolver, BelievesNothingOfAZoneThatIsForged)
{
    DnsAnswer forged;
    forged.security = DnsSecurity::bogus;
    forged.words = "signature crypto failed";
    EXPECT_NE(resolved(found({"192.0.2.1"}), forged).find("DNSSEC: signature crypto failed"),
              std::string::npos);
}
} // namespace
} // namespace dmid::net
