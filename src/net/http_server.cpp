// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "net/http_connection.hpp"
#include "net/source.hpp"
#include "net/stream_impl.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace dmid::net
{
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

namespace
{
constexpr std::string_view kBusy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
                                   "Connection: close\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kTooMany = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\n"
                                      "Connection: close\r\nContent-Length: 0\r\n\r\n";
} // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl>
{
    template <class Acceptor> using Shared = std::shared_ptr<Acceptor>;

    explicit Impl(IoPool& io)
        : pool{io}
        , service{std::make_shared<HttpConnection::Service>()}
    {
    }

    // The tasks are static and hold the server from the moment they are made: it may go before they first
    // run.
    template <class Acceptor>
    static Task<> accept(std::shared_ptr<Impl> self, Shared<Acceptor> acceptor, bool tls)
    {
        while (!self->service->stopping.load())
        {
            error_code error;
            auto socket = co_await acceptor->async_accept(self->pool.next(),
                                                          asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted || !acceptor->is_open())
                co_return;
            if (error)
            {
                // No descriptors left, most likely: wait for some to come back.
                co_await sleep_for(Millis{50});
                continue;
            }
            self->admit(Socket{std::move(socket)}, tls);
        }
    }

    void admit(Socket socket, bool tls)
    {
        const auto executor = socket.get_executor();
        auto stream = Stream{std::make_shared<Stream::Impl>(std::move(socket))};
        std::shared_ptr<HttpConnection> connection;
        {
            const std::lock_guard lock{mutex};
            if (open.size() >= service->options.max_connections)
                return turn_away(std::move(stream), kBusy);
            auto source = counted_source(stream);
            if (!source.empty() && sources[source] >= service->options.max_per_source)
                return turn_away(std::move(stream), kTooMany);
            connection = std::make_shared<HttpConnection>(std::move(stream), service, tls);
            if (!source.empty())
                ++sources[source];
            open.emplace(connection, std::move(source));
        }
        spawn(executor, serve(shared_from_this(), std::move(connection)));
    }

    static Task<> serve(std::shared_ptr<Impl> self, std::shared_ptr<HttpConnection> connection)
    {
        co_await connection->run();
        const std::lock_guard lock{self->mutex};
        self->forget(connection);
        self->changed.notify_all();
    }

    /// Empty where sources are not counted.
    std::string counted_source(const Stream& stream) const
    {
        const auto peer = stream.peer();
        return service->options.max_per_source == 0 || peer.uid ? std::string{} : source_of(peer);
    }

    void forget(const std::shared_ptr<HttpConnection>& connection)
    {
        const auto entry = open.find(connection);
        if (entry == open.end())
            return;
        if (const auto count = sources.find(entry->second); count != sources.end() && --count->second == 0)
            sources.erase(count);
        open.erase(entry);
    }

    /// What fits into the socket's buffer at once; nothing waits for such a peer.
    static void turn_away(Stream stream, std::string_view words)
    {
        const int fd = stream.impl()->socket.native_handle();
        (void)::send(fd, words.data(), words.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        // Closing with unread bytes would reset the connection and take the answer with it.
        std::array<char, 4096> waste;
        (void)::recv(fd, waste.data(), waste.size(), MSG_DONTWAIT);
    }

    template <class Acceptor> void start(Shared<Acceptor> acceptor, bool tls)
    {
        spawn(acceptor->get_executor(), accept(shared_from_this(), acceptor, tls));
        auto close = [acceptor]
        {
            auto act = [acceptor]
            {
                error_code ignored;
                acceptor->close(ignored);
            };
            asio::post(acceptor->get_executor(), std::move(act));
        };
        const std::lock_guard lock{mutex};
        closers.emplace_back(std::move(close));
    }

    void stop(Millis grace)
    {
        std::unique_lock lock{mutex};
        if (service->stopping.exchange(true) && open.empty())
            return;
        for (const auto& close : closers)
            close();
        closers.clear();
        for (const auto& [connection, source] : open)
            connection->wind_down();
        changed.wait_for(lock, grace, [this] { return open.empty(); });
        for (const auto& [connection, source] : open)
            connection->cut();
        // A handler that never returns must not keep the process.
        changed.wait_for(lock, Millis{1000}, [this] { return open.empty(); });
        for (const auto& path : paths)
            ::unlink(path.c_str());
        paths.clear();
    }

    IoPool& pool;
    std::shared_ptr<HttpConnection::Service> service;
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::shared_ptr<HttpConnection>, std::string> open; // and the source it is counted against
    std::map<std::string, std::size_t> sources;
    std::vector<std::function<void()>> closers;
    std::vector<std::string> paths;
};

HttpServer::HttpServer(IoPool& pool, HttpHandler handler, WebSocketHandler websocket,
                       HttpServerOptions options)
    : impl_{std::make_shared<Impl>(pool)}
{
    impl_->service->handler = std::move(handler);
    impl_->service->websocket = std::move(websocket);
    impl_->service->options = std::move(options);
}

HttpServer::~HttpServer()
{
    impl_->stop(Millis{0});
}

Result<std::uint16_t> HttpServer::listen_tcp(const std::string& address, std::uint16_t port)
{
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error)
        return fail(Errc::net_bind, address + " is no IP address");
    const tcp::endpoint endpoint{ip, port};
    const auto acceptor = std::make_shared<tcp::acceptor>(impl_->pool.executor(0));
    acceptor->open(endpoint.protocol(), error);
    if (!error)
        acceptor->set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error)
        acceptor->bind(endpoint, error);
    if (!error)
        acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(Errc::net_bind, address + ":" + std::to_string(port) + ": " + error.message());
    const auto bound = acceptor->local_endpoint(error).port();
    impl_->start(acceptor, impl_->service->options.tls != nullptr);
    return bound;
}

namespace
{
/// Removes a socket that nobody listens on any more; false when somebody does, or it is no socket.
bool make_way(const std::string& path)
{
    struct stat info = {};
    if (::lstat(path.c_str(), &info) != 0)
        return true;
    if (!S_ISSOCK(info.st_mode))
        return false;
    asio::io_context context;
    Local::socket probe{context};
    error_code error;
    probe.connect(Local::endpoint{path}, error);
    return error == asio::error::connection_refused && ::unlink(path.c_str()) == 0;
}
} // namespace

Result<> HttpServer::listen_unix(const std::string& path)
{
    constexpr std::size_t kMaxPath = 107; // sun_path without its NUL
    if (path.empty() || path.size() > kMaxPath)
        return fail(Errc::net_bind, "a socket's path has 1 to 107 bytes: " + path);
    if (!make_way(path))
        return fail(Errc::net_bind, path + " is in use");
    error_code error;
    const auto acceptor = std::make_shared<Local::acceptor>(impl_->pool.executor(0));
    acceptor->open(Local{}, error);
    if (!error)
        acceptor->bind(Local::endpoint{path}, error);
    // Nobody can connect before listen(), so the mode is there in time.
    if (!error && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
        error = error_code{errno, boost::system::system_category()};
    if (!error)
        acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(Errc::net_bind, path + ": " + error.message());
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->paths.push_back(path);
    }
    impl_->start(acceptor, false);
    return {};
}

void HttpServer::stop()
{
    impl_->stop(impl_->service->options.stop_grace);
}

void HttpServer::stop(Millis grace)
{
    impl_->stop(grace);
}

std::size_t HttpServer::connections() const noexcept
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->open.size();
}
} // namespace dmid::net
