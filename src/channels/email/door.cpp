// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door.hpp"

#include "channels/email/door_connection.hpp"
#include "net/tcp_listener.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace dmid::channels::email
{
namespace
{
constexpr const char* kStopping = "This server is stopping";
constexpr const char* kMakeRoom = "Others wait, and this address has more connections than any; try later";
/// Connections that were told to make room and are not gone yet: at most this part of all.
constexpr std::size_t kLeavingPart = 16;
} // namespace

struct SmtpDoor::Impl : std::enable_shared_from_this<SmtpDoor::Impl>
{
    Impl(net::IoPool& io, std::shared_ptr<DoorService> shared)
        : pool{io}
        , service{std::move(shared)}
    {
    }

    Result<std::uint16_t> listen(const std::string& address, std::uint16_t port, bool lmtp)
    {
        auto serve = [self = weak_from_this(), lmtp](net::Stream stream)
        {
            if (const auto door = self.lock())
                door->admit(std::move(stream), lmtp);
        };
        DMID_TRY(auto listener, net::TcpListener::listen(pool, address, port, std::move(serve)));
        const auto bound = listener->port();
        const std::lock_guard lock{mutex};
        listeners.push_back(std::move(listener));
        return bound;
    }

    void admit(net::Stream stream, bool lmtp)
    {
        const auto executor = stream.executor();
        const auto& options = service->options;
        auto connection = std::make_shared<DoorConnection>(service, stream, lmtp);
        {
            const std::lock_guard lock{mutex};
            const auto has = lmtp ? 0 : count_of(connection->source());
            const bool too_many = !lmtp && has >= options.max_per_source;
            const bool full = open.size() - leaving.size() >= options.max_connections;
            if (!service->stopping.load() && !too_many && (!full || make_room(has)))
            {
                if (!lmtp)
                    ++sources[connection->source()];
                open.insert(connection);
                note_load();
            }
            else
                connection.reset();
        }
        if (connection)
            net::spawn(executor, serve(shared_from_this(), std::move(connection)));
        else
            net::spawn(executor, turn_away(std::move(stream)));
    }

    static net::Task<> serve(std::shared_ptr<Impl> self, std::shared_ptr<DoorConnection> connection)
    {
        co_await connection->run();
        const std::lock_guard lock{self->mutex};
        self->open.erase(connection);
        if (self->leaving.erase(connection) == 0 && !connection->lmtp())
            self->uncount(connection->source());
        self->note_load();
        self->changed.notify_all();
    }

    std::size_t count_of(const std::string& source) const
    {
        const auto found = sources.find(source);
        return found == sources.end() ? 0 : found->second;
    }

    void uncount(const std::string& source)
    {
        if (const auto found = sources.find(source); found != sources.end() && --found->second == 0)
            sources.erase(found);
    }

    /// In a full door the source with the most connections gives one up to a newcomer whose source has at
    /// least two fewer: whoever has few addresses cannot keep another out. Under the lock.
    bool make_room(std::size_t newcomer_has)
    {
        if (leaving.size() * kLeavingPart >= service->options.max_connections)
            return false;
        const auto most = std::max_element(sources.begin(), sources.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        if (most == sources.end() || most->second < newcomer_has + 2)
            return false;
        const auto idle = std::find_if(open.begin(), open.end(),
                                       [&](const auto& one) {
                                           return !one->lmtp() && one->waits() && !leaving.contains(one) &&
                                                  one->source() == most->first;
                                       });
        if (idle == open.end())
            return false;
        (*idle)->wind_down(kMakeRoom);
        leaving.insert(*idle);
        uncount(most->first);
        return true;
    }

    /// Fits into the socket's buffer; a peer that does not read it is cut off.
    static net::Task<> turn_away(net::Stream stream)
    {
        static constexpr std::string_view kBusy = "421 4.3.2 Too many connections; try later\r\n";
        stream.expires_after(net::Millis{1000});
        (void)co_await stream.write(as_bytes(kBusy));
        stream.close();
    }

    /// Under the lock.
    void note_load() { service->busy.store(open.size() * 4 > service->options.max_connections * 3); }

    void stop(net::Millis grace)
    {
        std::unique_lock lock{mutex};
        if (service->stopping.exchange(true) && open.empty())
            return;
        listeners.clear();
        for (const auto& connection : open)
            connection->wind_down(kStopping);
        changed.wait_for(lock, grace, [this] { return open.empty(); });
        for (const auto& connection : open)
            connection->cut();
        changed.wait_for(lock, net::Millis{1000}, [this] { return open.empty(); });
    }

    net::IoPool& pool;
    std::shared_ptr<DoorService> service;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::set<std::shared_ptr<DoorConnection>> open;
    std::set<std::shared_ptr<DoorConnection>> leaving; ///< of open: told to make room, not counted any more
    std::map<std::string, std::size_t> sources; ///< of SMTP connections; those of LMTP are one server's
    std::vector<std::unique_ptr<net::TcpListener>> listeners;
};

SmtpDoor::SmtpDoor(net::IoPool& pool, channel::Inbox& inbox, Intake& intake, SpoolFolder& spool,
                   DoorOptions options)
    : impl_{std::make_shared<Impl>(
          pool, std::shared_ptr<DoorService>{new DoorService{inbox, intake, spool, std::move(options)}})}
{
}

SmtpDoor::~SmtpDoor()
{
    impl_->stop(net::Millis{0});
}

Result<std::uint16_t> SmtpDoor::listen_smtp(const std::string& address, std::uint16_t port)
{
    return impl_->listen(address, port, false);
}

Result<std::uint16_t> SmtpDoor::listen_lmtp(const std::string& address, std::uint16_t port)
{
    return impl_->listen(address, port, true);
}

void SmtpDoor::stop()
{
    impl_->stop(impl_->service->options.stop_grace);
}

void SmtpDoor::renew_tls(net::TlsContextPtr tls)
{
    impl_->service->renewed.store(std::move(tls));
}

std::size_t SmtpDoor::connections() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->open.size();
}
} // namespace dmid::channels::email
