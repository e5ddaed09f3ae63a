// SPDX-License-Identifier: Apache-2.0
#include "api/file_stream.hpp"

#include "base/ascii.hpp"
#include "gateway/link_words.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace dmid::api
{
namespace
{
/// Bytes that are read and written at once.
constexpr std::size_t kDownloadPiece = 64 * 1024;

bool is_plain(char c)
{
    const auto low = ascii_lower(c);
    return (low >= 'a' && low <= 'z') || is_ascii_digit(c) || c == '.' || c == '-' || c == '_';
}

/// RFC 6266, with the name in both forms: RFC 8187 for those that know it, ASCII for the others.
std::string attachment_words(std::string_view claimed)
{
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    const auto name = gateway::plain_name(claimed);
    std::string ascii;
    std::string encoded;
    for (const char c : name)
    {
        const auto byte = static_cast<unsigned char>(c);
        ascii += is_plain(c) || c == ' ' ? c : '_';
        if (is_plain(c))
            encoded += c;
        else
            encoded.append({'%', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]});
    }
    return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
}

net::Task<Result<>> send_file(channel::File file, std::shared_ptr<gateway::Aside> aside,
                              std::shared_ptr<void> /*permit*/, net::BodyWriter& writer)
{
    const auto end = std::chrono::steady_clock::now() + kLongestDownload;
    for (std::uint64_t at = 0; at < file.size;)
    {
        if (writer.closing() || std::chrono::steady_clock::now() > end)
            co_return fail(Errc::net_timeout, "the download takes too long");
        std::function<Result<Bytes>()> work = [read = file.read, at] { return read(at, kDownloadPiece); };
        auto bytes = co_await aside->run<Result<Bytes>>(std::move(work));
        if (!bytes)
            co_return tl::unexpected<Error>(std::move(bytes).error());
        if (bytes->empty())
            co_return fail(Errc::store_corrupt, "a file is shorter than it was");
        at += bytes->size();
        std::string piece{as_text(*bytes)};
        auto written = co_await writer.write(std::move(piece));
        if (!written)
            co_return written;
    }
    co_return Result<>{};
}
} // namespace

void put_file(net::HttpResponse& response, channel::File file, std::shared_ptr<gateway::Aside> aside,
              std::shared_ptr<void> permit)
{
    response.headers.set("Content-Type", "application/octet-stream");
    response.headers.set("Content-Disposition", attachment_words(file.name));
    response.headers.set("Content-Length", std::to_string(file.size));
    response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("Accept-Ranges", "none");
    response.stream = [file = std::move(file), aside = std::move(aside), permit = std::move(permit)](
                          net::BodyWriter& writer) { return send_file(file, aside, permit, writer); };
}
} // namespace dmid::api
