// SPDX-License-Identifier: Apache-2.0
#include "channels/email/door.hpp"

#include "channels/email/door_connection.hpp"
#include "net/tcp_listener.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace dmid::channels::email
{
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
            auto& of_source = sources[connection->source()];
            const bool full =
                open.size() >= options.max_connections || (!lmtp && of_source >= options.max_per_source);
            if (!full && !service->stopping.load())
            {
                ++of_source;
                open.insert(connection);
                note_load();
            }
            else
            {
                if (of_source == 0)
                    sources.erase(connection->source());
                connection.reset();
            }
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
        if (--self->sources[connection->source()] == 0)
            self->sources.erase(connection->source());
        self->note_load();
        self->changed.notify_all();
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
            connection->wind_down();
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
    std::map<std::string, std::size_t> sources;
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
