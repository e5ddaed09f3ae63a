// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/http_idle.hpp"
#include "net/http_parser.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <utility>

namespace dmid::net
{
namespace
{
constexpr unsigned kMaxRedirects = 3;

struct Exchange
{
    HttpResponse response;
    bool reusable = false;
};

bool is_safe(const std::string& method)
{
    return method == "GET" || method == "HEAD";
}

/// One request and its answer on an open connection. `untouched` tells whether anything came back.
Task<Result<Exchange>> exchange(Stream stream, std::string head, const HttpRequest& request,
                                const FetchOptions& options, bool& untouched)
{
    untouched = true;
    DMID_CO_TRY(co_await stream.write(as_bytes(head), as_bytes(request.body)));
    const HttpLimits limits{options.max_header, options.max_body, {}};
    HttpResponseParser parser{limits, request.method == "HEAD"};
    Bytes buffer;
    std::array<std::uint8_t, 16384> chunk;
    while (!parser.done())
    {
        DMID_CO_TRY(const auto got, co_await stream.read_some(chunk));
        if (got == 0)
        {
            if (untouched)
                co_return fail(Errc::net_closed, "closed before any answer");
            DMID_CO_TRY(parser.finish());
            break;
        }
        untouched = false;
        append(buffer, ByteView{chunk.data(), got});
        DMID_CO_TRY(const auto used, parser.feed(buffer));
        buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    }
    Exchange out;
    // Bytes after the answer belong to nobody: such a connection is not used again.
    out.reusable = parser.keep_alive() && buffer.empty();
    out.response = parser.take();
    co_return out;
}

bool is_redirect(unsigned status, const std::string& method)
{
    if (status == 307 || status == 308)
        return true;
    return is_safe(method) && (status == 301 || status == 302 || status == 303);
}
} // namespace

struct HttpClient::Impl
{
    Impl(Dialer given_dialer, TlsContextPtr given_tls)
        : dialer{std::move(given_dialer)}
        , tls{std::move(given_tls)}
    {
    }

    Result<TlsContextPtr> tls_context()
    {
        const std::lock_guard lock{mutex};
        if (!tls)
        {
            DMID_TRY(tls, make_tls_client());
        }
        return tls;
    }

    Task<Result<Stream>> open(const Url& url, const FetchOptions& options, Deadline deadline)
    {
        if (!options.unix_socket.empty())
            co_return co_await Dialer::dial_unix(options.unix_socket, deadline);
        TlsContextPtr context;
        if (url.encrypted())
        {
            DMID_CO_TRY(context, tls_context());
        }
        co_return co_await dialer.dial(url, options.guard, deadline, std::move(context));
    }

    Task<Result<HttpResponse>> once(const HttpRequest& request, const Url& url, const FetchOptions& options,
                                    Deadline deadline)
    {
        const Executor executor = co_await current_executor();
        const auto place = options.unix_socket.empty() ? (url.encrypted() ? "s " : "p ") + url.authority()
                                                       : "u " + options.unix_socket;
        const IdleConnections::Key key{place, options.guard, &executor.context()};
        DMID_CO_TRY(auto head, encode_request_head(request, url));
        for (bool may_repeat = is_safe(request.method);; may_repeat = false)
        {
            std::optional<Stream> stream;
            if (options.reuse)
                stream = idle->take(key);
            const bool used_before = stream.has_value();
            if (stream)
            {
                stream->expires_at(deadline);
            }
            else
            {
                DMID_CO_TRY(stream, co_await open(url, options, deadline));
            }
            bool untouched = true;
            auto done = co_await exchange(*stream, head, request, options, untouched);
            if (done)
            {
                if (options.reuse && done->reusable)
                    idle->keep(key, std::move(*stream));
                co_return std::move(done->response);
            }
            stream->close();
            const bool stale = used_before && untouched && done.error().code == Errc::net_closed;
            if (!stale || !may_repeat)
                co_return tl::unexpected<Error>(std::move(done).error());
        }
    }

    Dialer dialer;
    std::mutex mutex;
    TlsContextPtr tls;
    std::shared_ptr<IdleConnections> idle = std::make_shared<IdleConnections>();
};

HttpClient::HttpClient(Dialer dialer, TlsContextPtr tls)
    : impl_{std::make_unique<Impl>(std::move(dialer), std::move(tls))}
{
}

HttpClient::~HttpClient() = default;

Task<Result<HttpResponse>> HttpClient::fetch(HttpRequest request, FetchOptions options)
{
    const auto deadline = deadline_in(options.deadline);
    DMID_CO_TRY(auto url, parse_url(request.url));
    for (unsigned redirects = 0;; ++redirects)
    {
        DMID_CO_TRY(auto response, co_await impl_->once(request, url, options, deadline));
        const auto location = response.headers.get("Location");
        if (!is_redirect(response.status, request.method) || location.empty())
            co_return response;
        if (redirects == kMaxRedirects)
            co_return fail(Errc::net_redirect, "more than 3 redirects");
        DMID_CO_TRY(url, resolve_same_origin(url, location));
    }
}

void HttpClient::clear()
{
    impl_->idle->clear();
}
} // namespace dmid::net
