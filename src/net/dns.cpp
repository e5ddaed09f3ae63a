// SPDX-License-Identifier: Apache-2.0
#include "net/dns.hpp"

#include "net/dns_engine.hpp"
#include "net/dns_rdata.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dmid::net
{
namespace asio = boost::asio;

namespace
{
/// Leaves the waiter even when the coroutine is destroyed in its sleep.
struct Leaving
{
    explicit Leaving(DnsWaiter& left)
        : waiter{left}
    {
    }
    ~Leaving() { waiter.leave(); }
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;

    DnsWaiter& waiter;
};

Task<DnsAnswer> wait_for(std::shared_ptr<DnsEngine> engine, std::string name, DnsType type, Deadline deadline)
{
    DnsAnswer answer;
    asio::steady_timer timer{co_await asio::this_coro::executor, deadline};
    const auto waiter = std::make_shared<DnsWaiter>(timer);
    const Leaving leaving{*waiter};
    if (!engine->ask(std::move(name), type, waiter))
    {
        answer.words = "too many lookups at once";
        co_return answer;
    }
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (auto came = waiter->leave())
        co_return *std::move(came);
    answer.words = "no answer in time";
    co_return answer;
}

class UnboundDns final : public Dns
{
public:
    explicit UnboundDns(std::shared_ptr<DnsEngine> engine)
        : engine_{std::move(engine)}
    {
    }
    Task<DnsAnswer> look_up(std::string name, DnsType type, Deadline deadline) override
    {
        auto asked = dns_name(name);
        if (!asked)
            return not_a_name();
        return wait_for(engine_, std::move(*asked), type, deadline);
    }

private:
    static Task<DnsAnswer> not_a_name()
    {
        DnsAnswer answer;
        answer.status = DnsStatus::no_domain;
        co_return answer;
    }

    std::shared_ptr<DnsEngine> engine_;
};
} // namespace

Result<std::shared_ptr<Dns>> make_dns(const DnsOptions& options)
{
    DMID_TRY(auto engine, DnsEngine::make(options));
    return std::shared_ptr<Dns>{std::make_shared<UnboundDns>(std::move(engine))};
}
} // namespace dmid::net
