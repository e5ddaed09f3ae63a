// SPDX-License-Identifier: Apache-2.0
#include "channels/telegram/api_client.hpp"

#include "net/http_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace dmid::channels::telegram
{
namespace
{
constexpr std::size_t kMaxHeader = 16U << 10U;
/// Of a file, read and written at once.
constexpr std::size_t kPiece = 256U << 10U;

/// A fault of the network in this folder's terms, without the words of others: they could show the URL.
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
        return {Errc::channel_unreachable, "no connection to the API server"};
    }
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

bool is_of_net(Errc code)
{
    return name(code).starts_with("net.");
}

/// The header of a file's answer, and what came behind it.
struct FileHead
{
    std::uint64_t size = 0;
    Bytes first;
};

net::Task<Result<FileHead>> read_file_head(net::Stream stream, std::uint64_t max)
{
    // As if it had no body: that is read by hand, into the spool.
    net::HttpResponseParser parser{net::HttpLimits{kMaxHeader, 0}, true};
    FileHead out;
    std::array<std::uint8_t, 16384> chunk;
    while (!parser.done())
    {
        DMID_CO_TRY(const auto got, co_await stream.read_some(chunk));
        if (got == 0)
            co_return fail(Errc::net_closed);
        append(out.first, ByteView{chunk.data(), got});
        DMID_CO_TRY(const auto used, parser.feed(out.first));
        out.first.erase(out.first.begin(), out.first.begin() + static_cast<std::ptrdiff_t>(used));
    }
    const auto response = parser.take();
    if (response.status >= 500 || response.status == 429)
        co_return fail(Errc::channel_deferred, "the API server asks to wait");
    if (response.status != 200)
        co_return fail(Errc::channel_refused, "the API server has no such file any more");
    const auto length = response.headers.get("Content-Length");
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), out.size);
    if (error != std::errc{} || end != length.data() + length.size() ||
        response.headers.has("Transfer-Encoding"))
        co_return fail(Errc::channel_peer_protocol, "a file of unknown length");
    if (out.size > max)
        co_return fail(Errc::channel_too_large);
    co_return out;
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

net::Task<Result<net::Stream>> ApiClient::open(net::Deadline deadline, bool fresh) const
{
    const auto executor = co_await net::current_executor();
    auto kept = fresh ? std::nullopt : kept_->take(executor);
    if (kept)
    {
        kept->expires_at(deadline);
        co_return std::move(*kept);
    }
    co_return co_await dialer_.dial(place_.base, net::Guard::configured, deadline, place_.tls);
}

std::string ApiClient::head(std::string_view before, std::string_view behind, std::string_view fields) const
{
    const auto host = place_.base.host_header();
    std::string out;
    // In one piece, which is zeroed: no copy of the token stays where the string grew.
    out.reserve(512 + before.size() + place_.base.target.size() + token_.view().size() + behind.size() +
                host.size() + fields.size());
    for (const std::string_view part :
         {before.substr(0, before.find(' ') + 1), std::string_view{place_.base.target},
          before.substr(before.find(' ') + 1), token_.view(), std::string_view{"/"}, behind,
          std::string_view{" HTTP/1.1\r\nHost: "}, std::string_view{host},
          std::string_view{"\r\nUser-Agent: dmid\r\n"}, fields, std::string_view{"\r\n"}})
        out += part;
    return out;
}

net::Task<Called> ApiClient::call(ApiCall call, net::Deadline deadline) const
{
    Called out{false, fail(Errc::channel_unreachable)};
    auto stream = co_await open(deadline, false);
    if (!stream)
    {
        out.answer = tl::unexpected{as_channel_error(stream.error())};
        co_return out;
    }
    const auto size = call.upload ? call.upload->size() : call.body.size();
    auto bytes =
        head("POST /bot", call.method,
             "Content-Type: " + call.content_type + "\r\nContent-Length: " + std::to_string(size) + "\r\n");
    auto written = co_await stream->write(as_bytes(bytes), as_bytes(call.body));
    secure_zero(bytes.data(), bytes.size());
    if (written && call.upload)
        written = co_await write_upload(*stream, *call.upload);
    if (!written)
    {
        stream->close();
        out.answer = tl::unexpected{is_of_net(written.error().code) ? as_channel_error(written.error())
                                                                    : std::move(written).error()};
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

net::Task<Result<>> ApiClient::download(std::string path, chat::SpooledFile& into, std::uint64_t max,
                                        net::Deadline deadline) const
{
    const auto mapped = [](const Error& error)
    { return is_of_net(error.code) ? as_channel_error(error) : error; };
    auto stream = co_await open(deadline, true);
    if (!stream)
        co_return tl::unexpected{mapped(stream.error())};
    auto bytes = head("GET /file/bot", path, "Connection: close\r\n");
    const auto written = co_await stream->write(as_bytes(bytes));
    secure_zero(bytes.data(), bytes.size());
    if (!written)
        co_return tl::unexpected{mapped(written.error())};
    auto begun = co_await read_file_head(*stream, max);
    if (!begun)
        co_return tl::unexpected{mapped(begun.error())};
    auto piece = std::move(begun->first);
    for (auto left = begun->size;;)
    {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), left)));
        DMID_CO_TRY(into.append(piece));
        left -= piece.size();
        if (left == 0)
            break;
        piece.resize(kPiece);
        const auto got = co_await stream->read_some(piece);
        if (!got)
            co_return tl::unexpected{mapped(got.error())};
        if (*got == 0)
            co_return fail(Errc::channel_unreachable, "the connection was closed");
        piece.resize(*got);
    }
    stream->close();
    co_return Result<>{};
}
} // namespace dmid::channels::telegram
