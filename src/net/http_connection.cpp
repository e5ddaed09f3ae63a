// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace dmid::net
{
namespace
{
constexpr std::size_t kChunk = 8192;
constexpr std::size_t kLinger = 256U << 10U; // of an over-long body that is still read and thrown away

/// Where an error of reading becomes an answer; 0 where there is nobody to answer.
unsigned status_of(const Error& error)
{
    switch (error.code)
    {
    case Errc::net_timeout:
        return 408;
    case Errc::net_too_large:
        return error.context == "header" ? 431 : 413;
    case Errc::net_protocol:
        return 400;
    default:
        return 0;
    }
}

HttpResponse plain(unsigned status)
{
    HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string{reason_phrase(status)} + "\n";
    return response;
}

/// Of a streamed body whose handler knows it.
std::optional<std::uint64_t> announced_length(const HttpResponse& response)
{
    const auto text = response.headers.get("Content-Length");
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const bool good =
        response.stream && !text.empty() && error == std::errc{} && end == text.data() + text.size();
    return good ? std::optional{length} : std::nullopt;
}

Task<HttpResponse> call(const HttpHandler& handler, HttpRequest request)
{
    try
    {
        co_return co_await handler(std::move(request));
    }
    catch (const std::exception&)
    {
        // The handler's fault; its words are nobody's business outside.
    }
    co_return plain(500);
}
} // namespace

/// Chunked coding where the peer knows it, else the bare bytes, up to the length that was announced or until
/// the connection closes.
class HttpConnection::Chunks final : public BodyWriter
{
public:
    Chunks(HttpConnection& connection, bool chunked, std::optional<std::uint64_t> length)
        : connection_{connection}
        , chunked_{chunked}
        , left_{length}
    {
    }
    /// All that was announced went out.
    bool whole() const noexcept { return left_.value_or(0) == 0; }
    Task<Result<>> write(std::string piece) override
    {
        if (piece.empty())
            co_return Result<>{};
        if (left_)
        {
            if (piece.size() > *left_)
                co_return fail(Errc::net_too_large, "more than the length that was announced");
            *left_ -= piece.size();
        }
        connection_.stream_.expires_after(connection_.service_->options.write_timeout);
        std::string framed;
        if (chunked_)
        {
            std::array<char, 20> size{};
            const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
            framed.assign(size.data(), static_cast<std::size_t>(n));
            framed += piece;
            framed += "\r\n";
        }
        else
        {
            framed = std::move(piece);
        }
        auto sent = co_await connection_.stream_.write(as_bytes(framed));
        connection_.stream_.expires_never();
        co_return sent;
    }
    bool closing() const override
    {
        return connection_.service_->stopping.load() || !connection_.stream_.is_open();
    }

private:
    HttpConnection& connection_;
    bool chunked_;
    std::optional<std::uint64_t> left_;
};

HttpConnection::HttpConnection(Stream stream, std::shared_ptr<Service> service, bool tls)
    : stream_{std::move(stream)}
    , service_{std::move(service)}
    , parser_{HttpLimits{service_->options.max_header, service_->options.max_body,
                         service_->options.max_bodies}}
    , tls_{tls}
{
}

Task<> HttpConnection::run()
{
    const auto self = shared_from_this();
    if (tls_)
    {
        stream_.expires_after(service_->options.request_timeout);
        const auto secured = co_await stream_.start_tls_server(service_->options.tls);
        if (!secured)
            co_return;
    }
    co_await serve();
    stream_.close();
}

Task<> HttpConnection::serve()
{
    for (;;)
    {
        idle_ = true;
        if (service_->stopping.load())
            co_return;
        auto got = co_await read_request();
        if (!got)
        {
            co_await refuse(std::move(got).error());
            co_return;
        }
        if (!*got)
            co_return;
        idle_ = false;
        if (parser_.wants_websocket() && service_->websocket)
        {
            co_await upgrade();
            co_return;
        }
        const bool go_on = co_await answer();
        if (!go_on)
            co_return;
    }
}

Task<Result<>> HttpConnection::fill()
{
    const auto before = buffer_.size();
    buffer_.resize(before + kChunk);
    const std::span<std::uint8_t> room{reinterpret_cast<std::uint8_t*>(buffer_.data()) + before, kChunk};
    auto got = co_await stream_.read_some(room);
    buffer_.resize(before + got.value_or(0));
    if (!got)
        co_return tl::unexpected<Error>(std::move(got).error());
    if (*got == 0)
        co_return fail(Errc::net_closed);
    co_return Result<>{};
}

/// True with a whole request in the parser; false when the peer went away between two requests.
Task<Result<bool>> HttpConnection::read_request()
{
    const auto& options = service_->options;
    bool told_to_go_on = false;
    if (buffer_.empty())
    {
        stream_.expires_after(options.idle_timeout);
        const auto first = co_await fill();
        if (!first)
            co_return false;
    }
    // One deadline for the whole request: bytes that trickle in do not extend it.
    stream_.expires_after(options.request_timeout);
    for (;;)
    {
        DMID_CO_TRY(const auto used, parser_.feed(as_bytes(buffer_)));
        buffer_.erase(0, used);
        if (parser_.done())
            co_return true;
        if (parser_.header_done() && !told_to_go_on && parser_.expects_continue())
        {
            told_to_go_on = true;
            const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            DMID_CO_TRY(co_await stream_.write(as_bytes(go_on)));
        }
        DMID_CO_TRY(co_await fill());
    }
}

/// True when another request may follow.
Task<bool> HttpConnection::answer()
{
    const bool keep_wanted = parser_.keep_alive();
    const bool chunks_known = parser_.http_1_1();
    auto request = parser_.take();
    request.peer = stream_.peer();
    const bool head_only = request.method == "HEAD";
    // The handler has its own deadlines; the connection's starts again with the response.
    stream_.expires_never();
    auto response = co_await call(service_->handler, std::move(request));
    const bool framed =
        !response.stream || chunks_known || head_only || announced_length(response).has_value();
    const bool keep = keep_wanted && !service_->stopping.load() && framed;
    const auto sent = co_await send(std::move(response), head_only, keep, chunks_known);
    if (sent && !keep)
        co_await stream_.shutdown();
    co_return sent.has_value() && keep;
}

Task<Result<>> HttpConnection::send(HttpResponse response, bool head_only, bool keep, bool chunked)
{
    const auto length = announced_length(response);
    chunked = chunked && !length;
    ResponseHead head;
    head.status = response.status;
    head.headers = &response.headers;
    head.length = length.value_or(response.body.size());
    head.keep_alive = keep;
    head.chunked = response.stream && chunked;
    head.until_close = response.stream && !chunked && !length;
    const auto text = encode_response_head(head);
    stream_.expires_after(service_->options.write_timeout);
    if (!response.stream || head_only)
    {
        const bool bare = head_only || response.status == 204 || response.status == 304;
        co_return co_await stream_.write(as_bytes(text), bare ? ByteView{} : as_bytes(response.body));
    }
    DMID_CO_TRY(co_await stream_.write(as_bytes(text)));
    stream_.expires_never();
    Chunks writer{*this, chunked, length};
    DMID_CO_TRY(co_await response.stream(writer));
    if (!writer.whole())
        co_return fail(Errc::net_closed, "less than the length that was announced");
    if (!chunked)
        co_return Result<>{};
    stream_.expires_after(service_->options.write_timeout);
    const std::string last = "0\r\n\r\n";
    co_return co_await stream_.write(as_bytes(last));
}

/// Says what was wrong with the request, if there is somebody to say it to, and ends.
Task<> HttpConnection::refuse(Error error)
{
    const auto status = status_of(error);
    // A passed deadline has closed the socket already.
    if (status == 0 || !stream_.is_open())
        co_return;
    auto response = plain(status);
    const auto sent = co_await send(std::move(response), false, false, true);
    if (sent)
        co_await linger();
}

/// Reads on for a moment: closing with unread bytes would reset the connection and take our answer with it.
Task<> HttpConnection::linger()
{
    co_await stream_.shutdown();
    stream_.expires_after(Millis{1000});
    std::array<std::uint8_t, kChunk> waste;
    for (std::size_t total = 0; total < kLinger;)
    {
        const auto got = co_await stream_.read_some(waste);
        if (!got || *got == 0)
            co_return;
        total += *got;
    }
}

Task<> HttpConnection::upgrade()
{
    auto request = parser_.take();
    request.peer = stream_.peer();
    // Nothing may follow an upgrade request before its answer (RFC 6455 §4.1).
    if (request.path != "/" || !buffer_.empty())
    {
        auto response = plain(request.path != "/" ? 404 : 400);
        co_await send(std::move(response), false, false, true);
        co_return;
    }
    auto options = service_->options.websocket;
    auto accepted = co_await accept_websocket(stream_, request, options);
    if (!accepted)
        co_return;
    websocket_ = *accepted;
    WebSocketPtr session = websocket_;
    // wind_down() may have come by between the answer to the upgrade and now.
    if (service_->stopping.load())
    {
        co_await session->close(1001, "going away");
        co_return;
    }
    try
    {
        co_await service_->websocket(std::move(session), std::move(request));
    }
    catch (const std::exception&)
    {
        websocket_->abort();
    }
    websocket_.reset();
}

void HttpConnection::wind_down()
{
    auto act = [weak = weak_from_this()]
    {
        const auto self = weak.lock();
        if (!self)
            return;
        if (self->websocket_)
            spawn(self->stream_.executor(), self->websocket_->close(1001, "going away"));
        else if (self->idle_)
            self->stream_.close();
    };
    boost::asio::post(stream_.executor(), std::move(act));
}

void HttpConnection::cut()
{
    auto act = [weak = weak_from_this()]
    {
        if (const auto self = weak.lock())
            self->stream_.close();
    };
    boost::asio::post(stream_.executor(), std::move(act));
}
} // namespace dmid::net
