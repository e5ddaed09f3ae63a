// SPDX-License-Identifier: Apache-2.0
#include "channels/whatsapp/media_answer.hpp"

#include "crypto/sha256.hpp"
#include "net/http_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace dmid::channels::whatsapp
{
namespace
{
constexpr std::size_t kMaxMediaHead = 16U << 10U;
/// Of a file, read at once.
constexpr std::size_t kMediaPiece = 256U << 10U;

/// The header of a file's answer, and what came behind it.
struct MediaHead
{
    std::uint64_t size = 0;
    Bytes first;
};

net::Task<Result<MediaHead>> read_head(net::Stream stream, std::uint64_t max)
{
    // As if it had no body: that is read by hand, into the spool.
    net::HttpResponseParser parser{net::HttpLimits{kMaxMediaHead, 0}, true};
    MediaHead out;
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
        co_return fail(Errc::channel_deferred, "the files' server asks to wait");
    if (response.status != 200)
        co_return fail(Errc::channel_refused, "there is no such file any more");
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

net::Task<Result<>> read_media(net::Stream stream, MediaPlace promised, chat::SpooledFile& into,
                               std::uint64_t max)
{
    auto begun = co_await read_head(stream, max);
    if (!begun)
        co_return tl::unexpected<Error>(std::move(begun).error());
    crypto::Sha256 hash;
    auto piece = std::move(begun->first);
    for (auto left = begun->size;;)
    {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), left)));
        hash.update(piece);
        DMID_CO_TRY(into.append(piece));
        left -= piece.size();
        if (left == 0)
            break;
        piece.resize(kMediaPiece);
        DMID_CO_TRY(const auto got, co_await stream.read_some(piece));
        if (got == 0)
            co_return fail(Errc::net_closed);
        piece.resize(got);
    }
    if (promised.sha256 && hash.finish() != *promised.sha256)
        co_return fail(Errc::channel_peer_protocol, "the file is not the one that the API promised");
    co_return Result<>{};
}
} // namespace dmid::channels::whatsapp
