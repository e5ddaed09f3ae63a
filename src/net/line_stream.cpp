// SPDX-License-Identifier: Apache-2.0
#include "net/line_stream.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dmid::net
{
LineStream::LineStream(Stream stream, LineEnd line_end)
    : stream_{std::move(stream)}
    , line_end_{line_end}
{
}

Task<Result<>> LineStream::fill()
{
    buffer_.erase(0, read_);
    read_ = 0;
    std::array<std::uint8_t, 4096> chunk;
    DMID_CO_TRY(const auto got, co_await stream_.read_some(chunk));
    if (got == 0)
        co_return fail(Errc::net_closed, "the peer ended the connection");
    buffer_.append(reinterpret_cast<const char*>(chunk.data()), got);
    co_return Result<>{};
}

Task<Result<std::string>> LineStream::read_line(std::size_t limit)
{
    std::size_t searched = 0;
    for (;;)
    {
        const auto rest = std::string_view{buffer_}.substr(read_);
        const auto end = rest.find('\n', searched);
        const auto length = end == std::string_view::npos ? rest.size() : end;
        // Two more than the limit: the line's own CR and LF may be there.
        if (length > limit + 1)
            co_return fail(Errc::net_too_large, "line");
        if (end != std::string_view::npos)
        {
            auto line = rest.substr(0, end);
            const bool has_cr = !line.empty() && line.back() == '\r';
            if (has_cr)
                line.remove_suffix(1);
            if (line_end_ == LineEnd::crlf_only && (!has_cr || line.find('\r') != std::string_view::npos))
                co_return fail(Errc::net_protocol, "bare CR or LF");
            if (line.size() > limit)
                co_return fail(Errc::net_too_large, "line");
            std::string out{line};
            read_ += end + 1;
            co_return out;
        }
        searched = rest.size();
        DMID_CO_TRY(co_await fill());
    }
}

Task<Result<Bytes>> LineStream::read_exact(std::size_t n)
{
    const auto from_buffer = std::min(n, buffer_.size() - read_);
    Bytes out(n);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(read_), from_buffer, out.begin());
    read_ += from_buffer;
    for (auto have = from_buffer; have < n;)
    {
        DMID_CO_TRY(const auto got, co_await stream_.read_some(std::span{out}.subspan(have)));
        if (got == 0)
            co_return fail(Errc::net_closed, "the peer ended the connection");
        have += got;
    }
    co_return out;
}

Task<Result<>> LineStream::write(std::string bytes)
{
    co_return co_await stream_.write(as_bytes(bytes));
}

Task<Result<>> LineStream::start_tls_client(TlsContextPtr context, std::string host)
{
    if (read_ != buffer_.size())
        co_return fail(Errc::net_protocol, "plain bytes ahead of the TLS handshake");
    co_return co_await stream_.start_tls_client(std::move(context), std::move(host));
}

Task<Result<>> LineStream::start_tls_server(TlsContextPtr context)
{
    if (read_ != buffer_.size())
        co_return fail(Errc::net_protocol, "plain bytes ahead of the TLS handshake");
    co_return co_await stream_.start_tls_server(std::move(context));
}
} // namespace dmid::net
