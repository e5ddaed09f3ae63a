// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.hpp"

#include "base/bytes.hpp"
#include "net/stream_impl.hpp"

#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_adaptor.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <deque>
#include <utility>

namespace dmid::net
{
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

/// Beast checks text as it comes, and whether the last character is whole only where the last frame has a
/// body: an empty one lets half a character pass.
static bool ends_in_a_character_cut_off(std::string_view text)
{
    std::size_t begin = text.size();
    while (begin > 0 && text.size() - begin < 4)
    {
        const auto byte = static_cast<unsigned char>(text[--begin]);
        if ((byte & 0xC0U) != 0x80U)
            return !is_utf8(text.substr(begin));
    }
    return begin < text.size();
}

/// What has come and was not taken yet. Beast asks for a frame's head and body one after the other; so one
/// system call brings several frames.
struct ReadAhead
{
    std::array<std::uint8_t, 8192> bytes;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Gives some of what was read ahead, or reads.
template <class Buffers> struct TakeSome
{
    ReadAhead& ahead;
    Stream::Impl& stream;
    Buffers into;
    bool begun = false;

    template <class Self> void operator()(Self& self, error_code error = {}, std::size_t got = 0)
    {
        if (!begun)
        {
            begun = true;
            if (ahead.begin < ahead.end)
                // Never before the call that began it returns.
                asio::post(stream.socket.get_executor(), std::move(self));
            else if (stream.tls)
                stream.tls->async_read_some(asio::buffer(ahead.bytes), std::move(self));
            else
                stream.socket.async_read_some(asio::buffer(ahead.bytes), std::move(self));
            return;
        }
        if (got > 0)
        {
            ahead.begin = 0;
            ahead.end = got;
        }
        if (!error && !stream.socket.is_open())
            error = asio::error::operation_aborted; // closed meanwhile: what came before is nobody's
        std::size_t taken = 0;
        if (!error)
            taken = asio::buffer_copy(
                into, asio::buffer(ahead.bytes.data() + ahead.begin, ahead.end - ahead.begin));
        ahead.begin += taken;
        self.complete(error, taken);
    }
};

/// A Stream as Beast wants it: plain or TLS behind one type, so the templates exist once.
struct Layer
{
    using executor_type = Socket::executor_type;
    std::shared_ptr<Stream::Impl> impl;
    std::unique_ptr<ReadAhead> ahead = std::make_unique<ReadAhead>();

    executor_type get_executor() { return impl->socket.get_executor(); }

    template <class Buffers, class Token> auto async_read_some(const Buffers& buffers, Token&& token)
    {
        TakeSome<Buffers> take{*ahead, *impl, buffers};
        return asio::async_compose<Token, void(error_code, std::size_t)>(std::move(take), token,
                                                                         impl->socket);
    }
    template <class Buffers, class Token> auto async_write_some(const Buffers& buffers, Token&& token)
    {
        auto begin = [](auto handler, Stream::Impl* self, const Buffers& from)
        {
            if (self->tls)
                self->tls->async_write_some(from, std::move(handler));
            else
                self->socket.async_write_some(from, std::move(handler));
        };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(begin), token, impl.get(),
                                                                          buffers);
    }
};

/// Beast's customisation points, found by their argument.
inline void beast_close_socket(Layer& layer)
{
    layer.impl->close();
}
inline void teardown(beast::role_type, Layer& layer, error_code& error)
{
    error = {};
    layer.impl->close();
}
template <class Handler> void async_teardown(beast::role_type, Layer& layer, Handler&& handler)
{
    layer.impl->close();
    asio::post(layer.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
}

namespace
{
using Frames = ws::stream<Layer, false>; // no compression: nothing of it is worth its memory here

class Session final : public WebSocket, public std::enable_shared_from_this<Session>
{
public:
    Session(Stream stream, const WebSocketOptions& options)
        : stream_{stream}
        , peer_{stream.peer()}
        , options_{options}
        , socket_{Layer{stream.impl()}}
    {
        // The library has timers of its own for handshake, idleness and closing.
        stream_.expires_never();
        ws::stream_base::timeout times{options.handshake_timeout, options.idle_timeout * 2, true};
        socket_.set_option(times);
        socket_.read_message_max(options.max_message);
        socket_.auto_fragment(false);
        socket_.text(true);
    }

    Task<Result<>> handshake(Url url)
    {
        error_code error;
        ws::response_type answer;
        co_await socket_.async_handshake(answer, url.host_header(), url.target,
                                         asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return fail(error == beast::error::timeout ? Errc::net_timeout : Errc::net_protocol,
                           "upgrade: " + error.message());
        co_return Result<>{};
    }

    Task<Result<>> accept(HttpRequest request)
    {
        beast::http::request<beast::http::empty_body> head;
        head.method(beast::http::verb::get);
        head.target(request.target);
        head.version(11);
        for (const auto& [name, value] : request.headers.fields())
            head.insert(name, value);
        error_code error;
        co_await socket_.async_accept(head, asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return fail(Errc::net_protocol, "upgrade: " + error.message());
        co_return Result<>{};
    }

    Task<Result<std::string>> read() override
    {
        const auto self = shared_from_this();
        std::string message;
        auto buffer = asio::dynamic_buffer(message, options_.max_message + 1);
        error_code error;
        co_await socket_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return tl::unexpected<Error>(meaning(error));
        if (!socket_.got_text())
        {
            co_await close(1003, "text only");
            co_return fail(Errc::net_protocol, "binary message");
        }
        if (ends_in_a_character_cut_off(message))
        {
            co_await close(1007, "not UTF-8");
            co_return fail(Errc::net_protocol, "text that is not UTF-8");
        }
        co_return message;
    }

    Task<Result<>> write(std::string message) override
    {
        const auto self = shared_from_this();
        if (failed_)
            co_return tl::unexpected<Error>(*failed_);
        if (queued_ + message.size() > options_.max_queued)
            co_return fail(Errc::net_too_large, "the peer does not read");
        queued_ += message.size();
        queue_.push_back(std::move(message));
        if (writing_)
            co_return Result<>{};
        writing_ = true;
        while (!queue_.empty() && !failed_)
        {
            error_code error;
            co_await socket_.async_write(asio::buffer(queue_.front()),
                                         asio::redirect_error(asio::use_awaitable, error));
            queued_ -= queue_.front().size();
            queue_.pop_front();
            if (error)
                failed_ = meaning(error);
        }
        writing_ = false;
        if (failed_)
            co_return tl::unexpected<Error>(*failed_);
        co_return Result<>{};
    }

    void post(std::string message) override
    {
        auto task = write_or_abort(shared_from_this(), std::move(message));
        spawn(executor(), std::move(task));
    }

    Task<> close(unsigned code, std::string reason) override
    {
        const auto self = shared_from_this();
        if (!socket_.is_open())
            co_return;
        reason.resize(std::min<std::size_t>(reason.size(), 120));
        ws::close_reason why{static_cast<ws::close_code>(code), reason};
        error_code ignored;
        co_await socket_.async_close(why, asio::redirect_error(asio::use_awaitable, ignored));
    }

    void abort() override
    {
        asio::post(executor(), [self = shared_from_this()] { self->stream_.close(); });
    }
    Peer peer() const override { return peer_; }
    Executor executor() const override { return stream_.executor(); }

private:
    static Task<> write_or_abort(std::shared_ptr<Session> self, std::string message)
    {
        const auto written = co_await self->write(std::move(message));
        if (!written)
            self->stream_.close();
    }

    Error meaning(const error_code& error) const
    {
        if (error == beast::error::timeout)
            return {Errc::net_timeout, {}};
        if (error == ws::error::closed)
            return {Errc::net_closed, {}};
        if (error == ws::error::message_too_big || error == ws::error::buffer_overflow)
            return {Errc::net_too_large, "message"};
        if (error == ws::condition::protocol_violation)
            return {Errc::net_protocol, error.message()};
        return stream_.impl()->error_of(error);
    }

    Stream stream_;
    Peer peer_;
    WebSocketOptions options_;
    Frames socket_;
    std::deque<std::string> queue_;
    std::size_t queued_ = 0;
    bool writing_ = false;
    std::optional<Error> failed_;
};
} // namespace

Task<Result<WebSocketPtr>> connect_websocket(const Dialer& dialer, Url url, WebSocketOptions options,
                                             TlsContextPtr tls)
{
    if (url.scheme != Scheme::ws && url.scheme != Scheme::wss)
        co_return fail(Errc::net_url, "scheme is not ws or wss");
    const auto deadline = deadline_in(options.handshake_timeout);
    DMID_CO_TRY(auto stream, co_await dialer.dial(url, options.guard, deadline, std::move(tls)));
    auto session = std::make_shared<Session>(std::move(stream), options);
    DMID_CO_TRY(co_await session->handshake(url));
    co_return session;
}

Task<Result<WebSocketPtr>> accept_websocket(Stream stream, HttpRequest request, WebSocketOptions options)
{
    auto session = std::make_shared<Session>(std::move(stream), options);
    DMID_CO_TRY(co_await session->accept(std::move(request)));
    co_return session;
}
} // namespace dmid::net
