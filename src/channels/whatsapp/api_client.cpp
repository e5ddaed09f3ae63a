// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/api_client.hpp"

#include "channels/whatsapp/media_answer.hpp"
#include "net/http_parser.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::size_t kMaxHeader = 32U << 10U; // Meta's own fields are many
/// Of a file, written at once.
constexpr std::size_t kPiece = 256U << 10U;

/// A fault of the network in this folder's terms, without the words of others: they could show a URL.
Error as_channel_error(const Error& error)
{
    switch (error.code)
    {
    case Errc::net_timeout:
        return {Errc::channel_timeout, "no answer in time"};
    case Errc::net_tls:
        return {Errc::channel_unreachable, "TLS failed: the certificate, or its name, is wrong"};
    case Errc::net_protocol:
    case Errc::net_too_large:
        return {Errc::channel_peer_protocol, "the answer is no HTTP, or larger than any of the API's"};
    case Errc::net_closed:
        return {Errc::channel_unreachable, "the connection was closed"};
    default:
        return {Errc::channel_unreachable, "no connection to Meta's server"};
    }
}

bool is_of_net(Errc code)
{
    return name(code).starts_with("net.");
}

Error mapped(const Error& error)
{
    return is_of_net(error.code) ? as_channel_error(error) : error;
}

struct Answered
{
    net::HttpResponse response;
    bool reusable = false;
};

net::Task<Result<Answered>> read_answer(net::Stream stream)
{
    net::HttpResponseParser parser{net::HttpLimits{kMaxHeader, kMaxAnswer}, false};
    Bytes buffer;
    std::array<std::uint8_t, 16384> chunk;
    for (bool untouched = true; !parser.done(); untouched = false)
    {
        DMID_CO_TRY(const auto got, co_await stream.read_some(chunk));
        if (got == 0)
        {
            if (untouched)
                co_return fail(Errc::net_closed);
            DMID_CO_TRY(parser.finish());
            break;
        }
        append(buffer, ByteView{chunk.data(), got});
        DMID_CO_TRY(const auto used, parser.feed(buffer));
        buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    }
    Answered out;
    out.reusable = parser.keep_alive() && buffer.empty();
    out.response = parser.take();
    co_return out;
}

net::Task<Result<>> write_upload(net::Stream stream, const Upload& upload)
{
    DMID_CO_TRY(co_await stream.write(as_bytes(upload.head)));
    for (std::uint64_t at = 0; at < upload.file->size;)
    {
        const auto want = std::min<std::uint64_t>(kPiece, upload.file->size - at);
        DMID_CO_TRY(const auto piece, upload.file->read(at, static_cast<std::size_t>(want)));
        // Its length was promised in the header.
        if (piece.size() != want)
            co_return fail(Errc::store_io, "a file became shorter");
        DMID_CO_TRY(co_await stream.write(piece));
        at += piece.size();
    }
    co_return co_await stream.write(as_bytes(upload.tail));
}
} // namespace

ApiClient::ApiClient(ApiPlace place, keys::SecretText token, net::Dialer dialer)
    : place_{std::move(place)}
    , token_{std::move(token)}
    , dialer_{std::move(dialer)}
{
    while (place_.base.target.ends_with('/'))
        place_.base.target.pop_back();
}

net::Task<Result<net::Stream>> ApiClient::open(net::Deadline deadline) const
{
    const auto executor = co_await net::current_executor();
    auto kept = kept_->take(executor);
    if (kept)
    {
        kept->expires_at(deadline);
        co_return std::move(*kept);
    }
    co_return co_await dialer_.dial(place_.base, net::Guard::configured, deadline, place_.tls);
}

std::string ApiClient::head(std::string_view method, const net::Url& place, std::string_view target,
                            std::string_view fields) const
{
    const auto host = place.host_header();
    std::string out;
    // In one piece, which is zeroed: no copy of the token stays where the string grew.
    out.reserve(512 + target.size() + token_.view().size() + host.size() + fields.size());
    for (const std::string_view part :
         {method, std::string_view{" "}, target, std::string_view{" HTTP/1.1\r\nHost: "},
          std::string_view{host}, std::string_view{"\r\nUser-Agent: dmid\r\nAuthorization: Bearer "},
          token_.view(), std::string_view{"\r\n"}, fields, std::string_view{"\r\n"}})
        out += part;
    return out;
}

net::Task<Called> ApiClient::call(ApiCall call, net::Deadline deadline) const
{
    Called out{false, fail(Errc::channel_unreachable)};
    auto stream = co_await open(deadline);
    if (!stream)
    {
        out.answer = tl::unexpected{as_channel_error(stream.error())};
        co_return out;
    }
    const auto size = call.upload ? call.upload->size() : call.body.size();
    const auto target = place_.base.target + '/' + place_.version + '/' + call.path;
    const auto fields = call.method == "GET" ? std::string{}
                                             : "Content-Type: " + call.content_type +
                                                   "\r\nContent-Length: " + std::to_string(size) + "\r\n";
    auto bytes = head(call.method, place_.base, target, fields);
    auto written = co_await stream->write(as_bytes(bytes), as_bytes(call.body));
    secure_zero(bytes.data(), bytes.size());
    if (written && call.upload)
        written = co_await write_upload(*stream, *call.upload);
    if (!written)
    {
        stream->close();
        out.answer = tl::unexpected{mapped(written.error())};
        co_return out;
    }
    out.handed_over = true;
    auto answered = co_await read_answer(*stream);
    if (!answered)
    {
        stream->close();
        out.answer = tl::unexpected{as_channel_error(answered.error())};
        co_return out;
    }
    if (answered->reusable)
        kept_->keep(std::move(*stream));
    out.answer = parse_answer(answered->response.status, answered->response.body);
    co_return out;
}

bool ApiClient::may_fetch(const net::Url& url) const
{
    if (url.scheme != net::Scheme::https)
        return false;
    const auto below = [&url](const std::string& domain)
    { return url.host == domain || url.host.ends_with('.' + domain); };
    return std::any_of(place_.media_domains.begin(), place_.media_domains.end(), below);
}

net::Task<Result<>> ApiClient::download(MediaPlace media, chat::SpooledFile& into, std::uint64_t max,
                                        net::Deadline deadline) const
{
    const auto url = net::parse_url(media.url);
    const bool at_home = url && url->scheme == place_.base.scheme && url->host == place_.base.host &&
                         url->port == place_.base.port;
    if (!url || (!at_home && !may_fetch(*url)))
        co_return fail(Errc::channel_refused, "the API names a place for the file that gets no token");
    const auto guard = at_home ? net::Guard::configured : net::Guard::outside;
    auto stream = co_await dialer_.dial(*url, guard, deadline, place_.tls);
    if (!stream)
        co_return tl::unexpected{mapped(stream.error())};
    auto bytes = head("GET", *url, url->target, "Connection: close\r\n");
    const auto written = co_await stream->write(as_bytes(bytes));
    secure_zero(bytes.data(), bytes.size());
    if (!written)
        co_return tl::unexpected{mapped(written.error())};
    const auto got = co_await read_media(*stream, std::move(media), into, max);
    stream->close();
    if (!got)
        co_return tl::unexpected{mapped(got.error())};
    co_return Result<>{};
}
} // namespace dmid::channels::whatsapp
